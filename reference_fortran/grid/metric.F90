! Metric terms of one element from its matrix D (contravariant to east, north on the unit sphere), the exact area of an
! element, and the tensors of hyperviscosity and sponge. Arrays (i, j, ...).
!
! Equations: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
! HOMME: cube_mod (metric_atomic), geometry_mod, coordinate_systems_mod (spherical triangles), global_norms_mod
module metric
  use kinds, only: dk
  use dimensions, only: np
  implicit none
  private
  public :: metric_terms, singular_values, sphere_area, power_of_metric

contains

  pure subroutine metric_terms(d, dinv, metinv, metdet)
    real(dk), intent(in) :: d(np,np,2,2)
    real(dk), intent(out) :: dinv(np,np,2,2), metinv(np,np,2,2), metdet(np,np)
    real(dk) :: met(np,np,2,2), det(np,np)

    met = gram(d)
    det = d(:,:,1,1)*d(:,:,2,2) - d(:,:,1,2)*d(:,:,2,1)
    dinv(:,:,1,1) = d(:,:,2,2)/det
    dinv(:,:,1,2) = -d(:,:,1,2)/det
    dinv(:,:,2,1) = -d(:,:,2,1)/det
    dinv(:,:,2,2) = d(:,:,1,1)/det
    metinv(:,:,1,1) = met(:,:,2,2)/(det*det)
    metinv(:,:,1,2) = -met(:,:,1,2)/(det*det)
    metinv(:,:,2,1) = -met(:,:,2,1)/(det*det)
    metinv(:,:,2,2) = met(:,:,1,1)/(det*det)
    metdet = abs(det)
  end subroutine metric_terms

  ! D^T D.
  pure function gram(d) result(met)
    real(dk), intent(in) :: d(np,np,2,2)
    real(dk) :: met(np,np,2,2)
    integer :: m, n
    do n = 1, 2
      do m = 1, 2
        met(:,:,m,n) = d(:,:,1,m)*d(:,:,1,n) + d(:,:,2,m)*d(:,:,2,n)
      end do
    end do
  end function gram

  ! Largest and smallest over the element of what the inverse of D stretches a unit vector to.
  pure subroutine singular_values(d, largest, smallest)
    real(dk), intent(in) :: d(np,np,2,2)
    real(dk), intent(out) :: largest, smallest
    real(dk) :: met(np,np,2,2), e(2)
    integer :: i, j

    met = gram(d)
    largest = 0
    smallest = huge(smallest)
    do j = 1, np
      do i = 1, np
        e = abs(eigenvalues(met(i,j,:,:)))
        largest = max(largest, 1/sqrt(minval(e)))
        smallest = min(smallest, 1/sqrt(maxval(e)))
      end do
    end do
  end subroutine singular_values

  pure function eigenvalues(m) result(e)
    real(dk), intent(in) :: m(2,2)
    real(dk) :: e(2), root
    root = sqrt(4*m(1,2)*m(2,1) + (m(1,1) - m(2,2))**2)
    e = [(m(1,1) + m(2,2) + root)/2, (m(1,1) + m(2,2) - root)/2]
  end function eigenvalues

  ! radius^power * (D D^T)^(scaling/2) at every node, through the eigenvectors of metinv: power 4 is the tensor of the
  ! hyperviscosity, 2 that of the sponge with twice its scaling.
  pure subroutine power_of_metric(d, metinv, scaling, radius, power, tensor)
    real(dk), intent(in) :: d(np,np,2,2), metinv(np,np,2,2), scaling, radius
    integer, intent(in) :: power
    real(dk), intent(out) :: tensor(np,np,2,2)
    real(dk) :: e(2), vectors(2,2), de(2,2), del(2,2), factor
    integer :: i, j, n

    do j = 1, np
      do i = 1, np
        e = eigenvalues(metinv(i,j,:,:))
        vectors = eigenvectors(metinv(i,j,:,:), e(1))
        de = matmul(d(i,j,:,:), vectors)
        do n = 1, 2
          if (power == 4) factor = (1/e(n)**(scaling/4)*radius**2)**2
          if (power == 2) factor = 1/e(n)**(scaling/2)*radius**2
          del(:,n) = factor*e(n)*de(:,n)
        end do
        tensor(i,j,:,:) = matmul(del, transpose(de))
      end do
    end do
  end subroutine power_of_metric

  ! Orthonormal, the first belonging to e1: from the largest entry of m - e1, the identity where that vanishes.
  pure function eigenvectors(m, e1) result(vectors)
    real(dk), intent(in) :: m(2,2), e1
    real(dk) :: vectors(2,2), b(2,2), first(2)
    integer :: largest(2)

    b = m
    b(1,1) = b(1,1) - e1
    b(2,2) = b(2,2) - e1
    largest = maxloc(abs(b))
    if (all(b == 0)) then
      first = [1.0_dk, 0.0_dk]
    else if (all(largest == [1, 1])) then
      first = [-b(2,1)/b(1,1), 1.0_dk]
    else if (all(largest == [1, 2])) then
      first = [-b(2,2)/b(1,2), 1.0_dk]
    else if (all(largest == [2, 1])) then
      first = [1.0_dk, -b(1,1)/b(2,1)]
    else
      first = [1.0_dk, -b(1,2)/b(2,2)]
    end if
    first = first/sqrt(first(1)**2 + first(2)**2)
    vectors(:,1) = first
    vectors(:,2) = [-first(2), first(1)]
  end function eigenvectors

  ! Area of a quadrilateral on the unit sphere.
  pure real(dk) function sphere_area(corner3d)
    real(dk), intent(in) :: corner3d(3,4)
    sphere_area = triangle_area(corner3d(:,[1,2,3])) + triangle_area(corner3d(:,[1,3,4]))
  end function sphere_area

  ! The sum of the angles minus pi, with pi taken out of the largest angle so that a small area keeps its digits.
  pure real(dk) function triangle_area(p)
    real(dk), intent(in) :: p(3,3)
    real(dk) :: al, bl, cl, sina, sinb, sinc, sins, a, b, c

    al = acos(dot_product(p(:,2), p(:,3)))
    bl = acos(dot_product(p(:,1), p(:,3)))
    cl = acos(dot_product(p(:,1), p(:,2)))
    sina = sin((bl + cl - al)/2)
    sinb = sin((al + cl - bl)/2)
    sinc = sin((al + bl - cl)/2)
    sins = sin((al + bl + cl)/2)
    a = sqrt(sinb*sinc/(sins*sina))
    b = sqrt(sina*sinc/(sins*sinb))
    c = sqrt(sina*sinb/(sins*sinc))
    if (a > b .and. a > c) then
      triangle_area = -2*atan(1/a) + 2*atan(b) + 2*atan(c)
    else if (b > c) then
      triangle_area = 2*atan(a) - 2*atan(1/b) + 2*atan(c)
    else
      triangle_area = 2*atan(a) + 2*atan(b) - 2*atan(1/c)
    end if
  end function triangle_area
end module metric
