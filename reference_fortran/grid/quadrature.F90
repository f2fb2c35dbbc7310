! Gauss-Lobatto-Legendre nodes, weights and derivative matrix in quadruple precision, for rounding once; and the rule of
! Gauss, for integrals along a column.
!
! Equations: Canuto et al. (2006), Spectral Methods, section 2.3
! HOMME, CAM-SE: quadrature_mod (gausslobatto), derivative_mod (derivinit, dvvinit)
module quadrature
  use kinds, only: dk, qk
  use dimensions, only: np
  implicit none
  private
  public :: gauss_lobatto, gauss_legendre

  integer, parameter :: n = np - 1  ! degree of the Legendre polynomial whose extrema are the nodes

contains

  pure subroutine gauss_lobatto(points, weights, dvv)
    real(qk), intent(out) :: points(np), weights(np)
    real(qk), intent(out) :: dvv(np,np)  ! (basis function, evaluation node)
    real(qk) :: p(np)
    integer :: i, j

    do i = 1, np
      points(i) = node(i)
      p(i) = legendre(n, points(i))
      weights(i) = 2/(n*np*p(i)**2)
    end do
    dvv = 0
    do i = 1, np
      do j = 1, np
        if (i /= j) dvv(j,i) = p(i)/(p(j)*(points(i) - points(j)))
      end do
    end do
    dvv(1,1) = -real(n*np, qk)/4
    dvv(np,np) = real(n*np, qk)/4
  end subroutine gauss_lobatto

  ! Newton's method from the Chebyshev node; (x P_n - P_(n-1)) / n is proportional to (1-x^2) P_n'.
  pure real(qk) function node(i)
    integer, intent(in) :: i
    integer :: iteration
    node = -cos(acos(-1.0_qk)*(i-1)/n)
    if (i == 1 .or. i == np) return
    do iteration = 1, 50
      node = node - (node*legendre(n, node) - legendre(n-1, node))/(np*legendre(n, node))
    end do
  end function node

  ! Nodes and weights of Gauss on [-1, 1]: Newton's method on P_n from the usual cosine.
  pure subroutine gauss_legendre(count, points, weights)
    integer, intent(in) :: count
    real(dk), intent(out) :: points(count), weights(count)
    real(qk) :: x, slope
    integer :: i, iteration

    do i = 1, count
      x = -cos(acos(-1.0_qk)*(4*i - 1)/(4*count + 2))
      do iteration = 1, 10
        slope = count*(x*legendre(count, x) - legendre(count-1, x))/(x*x - 1)
        x = x - legendre(count, x)/slope
      end do
      points(i) = real(x, dk)
      weights(i) = real(2/((1 - x*x)*slope**2), dk)
    end do
  end subroutine gauss_legendre

  pure real(qk) function legendre(degree, x)
    integer, intent(in) :: degree
    real(qk), intent(in) :: x
    real(qk) :: below, next
    integer :: k
    below = 1
    legendre = x
    do k = 2, degree
      next = ((2*k-1)*x*legendre - (k-1)*below)/k
      below = legendre
      legendre = next
    end do
  end function legendre
end module quadrature
