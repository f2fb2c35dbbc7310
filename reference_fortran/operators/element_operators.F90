! Horizontal operators on one level of one element ("slab"): no loop over levels or elements, no assembly.
! Every sum over nodes runs in index order and starts with its first term, so that NumPy gives the same bits.
!
! Equations: Taylor & Fournier (2010), doi:10.1016/j.jcp.2010.04.008
! HOMME, CAM-SE: derivative_mod
module element_operators
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: dvv, deriv, mp, d, dinv, metdet, rmetdet, spheremp, vec_sphere2cart, gradient_wk_weights, &
                          rrearth, rigid_factor
  implicit none
  private
  public :: gradient_slab, divergence_slab, vorticity_slab, curl_slab, divergence_wk_slab, gradient_wk_testcov_slab
  public :: gradient_wk_testcontra_slab, curl_wk_testcov_slab, ugradv_slab, laplace_wk_slab, laplace_wk_tensor_slab
  public :: vlaplace_wk_contra_slab, vlaplace_wk_cartesian_slab, vlaplace_wk_cartesian_tensor_slab
  public :: exempt_rotation

contains

  ! d/dxi_1 and d/dxi_2 at every node.
  pure subroutine derivatives(q1, q2, d1, d2)
    real(rk), intent(in) :: q1(np,np), q2(np,np)
    real(rk), intent(out) :: d1(np,np), d2(np,np)
    integer :: j, k

    do j = 1, np
      d1(:,j) = deriv(:,1)*q1(1,j)
      d2(:,j) = dvv(1,j)*q2(:,1)
      do k = 2, np
        d1(:,j) = d1(:,j) + deriv(:,k)*q1(k,j)
        d2(:,j) = d2(:,j) + dvv(k,j)*q2(:,k)
      end do
    end do
  end subroutine derivatives

  ! Sums over nodes of q times the derivative, there, of each node's basis function.
  pure subroutine derivatives_wk(q, d1, d2)
    real(rk), intent(in) :: q(np,np)
    real(rk), intent(out) :: d1(np,np), d2(np,np)
    integer :: j, k

    do j = 1, np
      d1(:,j) = dvv(:,1)*q(1,j)
      d2(:,j) = dvv(j,1)*q(:,1)
      do k = 2, np
        d1(:,j) = d1(:,j) + dvv(:,k)*q(k,j)
        d2(:,j) = d2(:,j) + dvv(j,k)*q(:,k)
      end do
    end do
  end subroutine derivatives_wk

  pure subroutine covariant_to_sphere(c1, c2, e, v)
    real(rk), intent(in) :: c1(np,np), c2(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: v(np,np,2)
    v(:,:,1) = dinv(:,:,1,1,e)*c1 + dinv(:,:,2,1,e)*c2
    v(:,:,2) = dinv(:,:,1,2,e)*c1 + dinv(:,:,2,2,e)*c2
  end subroutine covariant_to_sphere

  pure subroutine contravariant_to_sphere(c1, c2, e, v)
    real(rk), intent(in) :: c1(np,np), c2(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: v(np,np,2)
    v(:,:,1) = d(:,:,1,1,e)*c1 + d(:,:,1,2,e)*c2
    v(:,:,2) = d(:,:,2,1,e)*c1 + d(:,:,2,2,e)*c2
  end subroutine contravariant_to_sphere

  pure subroutine gradient_slab(s, e, ds)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: ds(np,np,2)
    real(rk) :: d1(np,np), d2(np,np)
    call derivatives(s, s, d1, d2)
    call covariant_to_sphere(d1*rrearth, d2*rrearth, e, ds)
  end subroutine gradient_slab

  pure subroutine divergence_slab(v, e, div)
    real(rk), intent(in) :: v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: div(np,np)
    real(rk) :: flux1(np,np), flux2(np,np), d1(np,np), d2(np,np)
    flux1 = metdet(:,:,e)*(dinv(:,:,1,1,e)*v(:,:,1) + dinv(:,:,1,2,e)*v(:,:,2))
    flux2 = metdet(:,:,e)*(dinv(:,:,2,1,e)*v(:,:,1) + dinv(:,:,2,2,e)*v(:,:,2))
    call derivatives(flux1, flux2, d1, d2)
    div = (d1 + d2)*(rmetdet(:,:,e)*rrearth)
  end subroutine divergence_slab

  pure subroutine vorticity_slab(v, e, vort)
    real(rk), intent(in) :: v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: vort(np,np)
    real(rk) :: v1(np,np), v2(np,np), d1(np,np), d2(np,np)
    v1 = d(:,:,1,1,e)*v(:,:,1) + d(:,:,2,1,e)*v(:,:,2)
    v2 = d(:,:,1,2,e)*v(:,:,1) + d(:,:,2,2,e)*v(:,:,2)
    call derivatives(v2, v1, d1, d2)
    vort = (d1 - d2)*(rmetdet(:,:,e)*rrearth)
  end subroutine vorticity_slab

  ! Curl of s times the vertical unit vector.
  pure subroutine curl_slab(s, e, ds)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: ds(np,np,2)
    real(rk) :: d1(np,np), d2(np,np)
    call derivatives(s, s, d1, d2)
    call contravariant_to_sphere(d2*rrearth, -(d1*rrearth), e, ds)
    ds(:,:,1) = ds(:,:,1)/metdet(:,:,e)
    ds(:,:,2) = ds(:,:,2)/metdet(:,:,e)
  end subroutine curl_slab

  ! Both directions and the factor 1/radius inside each term of the sum over nodes.
  pure subroutine divergence_wk_slab(v, e, div)
    real(rk), intent(in) :: v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: div(np,np)
    real(rk) :: flux1(np,np), flux2(np,np)
    integer :: j, k
    flux1 = spheremp(:,:,e)*(dinv(:,:,1,1,e)*v(:,:,1) + dinv(:,:,1,2,e)*v(:,:,2))
    flux2 = spheremp(:,:,e)*(dinv(:,:,2,1,e)*v(:,:,1) + dinv(:,:,2,2,e)*v(:,:,2))
    do j = 1, np
      div(:,j) = -((flux1(1,j)*dvv(:,1) + flux2(:,1)*dvv(j,1))*rrearth)
      do k = 2, np
        div(:,j) = div(:,j) - (flux1(k,j)*dvv(:,k) + flux2(:,k)*dvv(j,k))*rrearth
      end do
    end do
  end subroutine divergence_wk_slab

  ! Weights and metric terms multiply each term of the sum over nodes, in the order of HOMME; see gradient_wk_weights.
  pure subroutine gradient_wk_testcov_slab(s, e, ds)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: ds(np,np,2)
    real(rk) :: c1(np,np), c2(np,np)
    integer :: j, k
    associate (w => gradient_wk_weights(:,:,:,:,:,e))
      do j = 1, np
        c1(:,j) = -(w(:,j,1,1,1)*s(1,j)*dvv(:,1) + w(:,j,1,2,1)*s(:,1)*dvv(j,1))
        c2(:,j) = -(w(:,j,1,1,2)*s(1,j)*dvv(:,1) + w(:,j,1,2,2)*s(:,1)*dvv(j,1))
        do k = 2, np
          c1(:,j) = c1(:,j) - (w(:,j,k,1,1)*s(k,j)*dvv(:,k) + w(:,j,k,2,1)*s(:,k)*dvv(j,k))
          c2(:,j) = c2(:,j) - (w(:,j,k,1,2)*s(k,j)*dvv(:,k) + w(:,j,k,2,2)*s(:,k)*dvv(j,k))
        end do
      end do
    end associate
    call contravariant_to_sphere(c1, c2, e, ds)
    ds = ds*rrearth
  end subroutine gradient_wk_testcov_slab

  pure subroutine gradient_wk_testcontra_slab(s, e, ds)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: ds(np,np,2)
    real(rk) :: c1(np,np), c2(np,np)
    integer :: j, k
    do j = 1, np
      c1(:,j) = -(mp(1,j)*metdet(:,j,e)*s(1,j)*dvv(:,1)*rrearth)
      c2(:,j) = -(mp(:,1)*metdet(:,j,e)*s(:,1)*dvv(j,1)*rrearth)
      do k = 2, np
        c1(:,j) = c1(:,j) - mp(k,j)*metdet(:,j,e)*s(k,j)*dvv(:,k)*rrearth
        c2(:,j) = c2(:,j) - mp(:,k)*metdet(:,j,e)*s(:,k)*dvv(j,k)*rrearth
      end do
    end do
    call covariant_to_sphere(c1, c2, e, ds)
  end subroutine gradient_wk_testcontra_slab

  pure subroutine curl_wk_testcov_slab(s, e, ds)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: ds(np,np,2)
    real(rk) :: d1(np,np), d2(np,np)
    call derivatives_wk(mp*s, d1, d2)
    call contravariant_to_sphere(-d2, d1, e, ds)
    ds = ds*rrearth
  end subroutine curl_wk_testcov_slab

  pure subroutine to_cartesian(v, e, w)
    real(rk), intent(in) :: v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: w(np,np,3)
    integer :: c
    do c = 1, 3
      w(:,:,c) = vec_sphere2cart(:,:,c,1,e)*v(:,:,1) + vec_sphere2cart(:,:,c,2,e)*v(:,:,2)
    end do
  end subroutine to_cartesian

  pure subroutine from_cartesian(w, e, v)
    real(rk), intent(in) :: w(np,np,3)
    integer, intent(in) :: e
    real(rk), intent(out) :: v(np,np,2)
    integer :: c
    do c = 1, 2
      v(:,:,c) = vec_sphere2cart(:,:,1,c,e)*w(:,:,1) + vec_sphere2cart(:,:,2,c,e)*w(:,:,2) &
               + vec_sphere2cart(:,:,3,c,e)*w(:,:,3)
    end do
  end subroutine from_cartesian

  ! (u . grad) v, component by component in Cartesian space.
  pure subroutine ugradv_slab(u, v, e, ugradv)
    real(rk), intent(in) :: u(np,np,2), v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: ugradv(np,np,2)
    real(rk) :: w(np,np,3), ds(np,np,2)
    integer :: c
    call to_cartesian(v, e, w)
    do c = 1, 3
      call gradient_slab(w(:,:,c), e, ds)
      w(:,:,c) = u(:,:,1)*ds(:,:,1) + u(:,:,2)*ds(:,:,2)
    end do
    call from_cartesian(w, e, ugradv)
  end subroutine ugradv_slab

  pure subroutine laplace_wk_slab(s, e, laplace)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np)
    real(rk) :: ds(np,np,2)
    call gradient_slab(s, e, ds)
    call divergence_wk_slab(ds, e, laplace)
  end subroutine laplace_wk_slab

  pure subroutine laplace_wk_tensor_slab(s, tensor, e, laplace)
    real(rk), intent(in) :: s(np,np), tensor(np,np,2,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np)
    real(rk) :: ds(np,np,2), flux(np,np,2)
    call gradient_slab(s, e, ds)
    flux(:,:,1) = tensor(:,:,1,1)*ds(:,:,1) + tensor(:,:,1,2)*ds(:,:,2)
    flux(:,:,2) = tensor(:,:,2,1)*ds(:,:,1) + tensor(:,:,2,2)*ds(:,:,2)
    call divergence_wk_slab(flux, e, laplace)
  end subroutine laplace_wk_tensor_slab

  ! nu_ratio weighs the divergent part.
  pure subroutine vlaplace_wk_contra_slab(v, nu_ratio, e, laplace)
    real(rk), intent(in) :: v(np,np,2), nu_ratio
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np,2)
    real(rk) :: div(np,np), vort(np,np), curl(np,np,2)
    call divergence_slab(v, e, div)
    call vorticity_slab(v, e, vort)
    call gradient_wk_testcov_slab(nu_ratio*div, e, laplace)
    call curl_wk_testcov_slab(vort, e, curl)
    laplace = laplace - curl
    call exempt_rotation(v, e, laplace)
  end subroutine vlaplace_wk_contra_slab

  pure subroutine vlaplace_wk_cartesian_slab(v, e, laplace)
    real(rk), intent(in) :: v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np,2)
    real(rk) :: w(np,np,3), laplace_w(np,np,3)
    integer :: c
    call to_cartesian(v, e, w)
    do c = 1, 3
      call laplace_wk_slab(w(:,:,c), e, laplace_w(:,:,c))
    end do
    call from_cartesian(laplace_w, e, laplace)
    call exempt_rotation(v, e, laplace)
  end subroutine vlaplace_wk_cartesian_slab

  pure subroutine vlaplace_wk_cartesian_tensor_slab(v, tensor, e, laplace)
    real(rk), intent(in) :: v(np,np,2), tensor(np,np,2,2)
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np,2)
    real(rk) :: w(np,np,3), laplace_w(np,np,3)
    integer :: c
    call to_cartesian(v, e, w)
    do c = 1, 3
      call laplace_wk_tensor_slab(w(:,:,c), tensor, e, laplace_w(:,:,c))
    end do
    call from_cartesian(laplace_w, e, laplace)
    call exempt_rotation(v, e, laplace)
  end subroutine vlaplace_wk_cartesian_tensor_slab

  ! Adds 2 M v / radius^2, what the Laplacian takes from solid-body rotation (nothing where rigid_factor is 0).
  pure subroutine exempt_rotation(v, e, laplace)
    real(rk), intent(in) :: v(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(inout) :: laplace(np,np,2)
    laplace(:,:,1) = laplace(:,:,1) + 2*spheremp(:,:,e)*v(:,:,1)*(rigid_factor*rigid_factor)
    laplace(:,:,2) = laplace(:,:,2) + 2*spheremp(:,:,e)*v(:,:,2)*(rigid_factor*rigid_factor)
  end subroutine exempt_rotation
end module element_operators
