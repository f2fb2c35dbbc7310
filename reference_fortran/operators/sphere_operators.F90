! Horizontal operators on whole fields: the slab operators over all levels and elements. Nothing here assembles.
! Scalars (np,np,lev,elem), vectors (np,np,2,lev,elem) in (east, north) components.
!
! HOMME, CAM-SE: derivative_mod, routines of the same name
! (laplace_sphere_wk_tensor is laplace_sphere_wk with var_coef; _contra and _cartesian are the two forms of vlaplace_sphere_wk)
module sphere_operators
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: require_grid
  use element_operators
  implicit none
  private
  public :: gradient_sphere, divergence_sphere, vorticity_sphere, curl_sphere
  public :: divergence_sphere_wk, gradient_sphere_wk_testcov, gradient_sphere_wk_testcontra, curl_sphere_wk_testcov
  public :: ugradv_sphere, laplace_sphere_wk, laplace_sphere_wk_tensor, vlaplace_sphere_wk_contra
  public :: vlaplace_sphere_wk_cartesian, vlaplace_sphere_wk_cartesian_tensor

contains

  subroutine gradient_sphere(s, ds, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: ds(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call gradient_slab(s(:,:,k,e), e, ds(:,:,:,k,e))
      end do
    end do
  end subroutine gradient_sphere

  subroutine divergence_sphere(v, div, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne)
    real(rk), intent(out) :: div(np,np,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call divergence_slab(v(:,:,:,k,e), e, div(:,:,k,e))
      end do
    end do
  end subroutine divergence_sphere

  subroutine vorticity_sphere(v, vort, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne)
    real(rk), intent(out) :: vort(np,np,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call vorticity_slab(v(:,:,:,k,e), e, vort(:,:,k,e))
      end do
    end do
  end subroutine vorticity_sphere

  ! Curl of s times the vertical unit vector.
  subroutine curl_sphere(s, ds, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: ds(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call curl_slab(s(:,:,k,e), e, ds(:,:,:,k,e))
      end do
    end do
  end subroutine curl_sphere

  subroutine divergence_sphere_wk(v, div, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne)
    real(rk), intent(out) :: div(np,np,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call divergence_wk_slab(v(:,:,:,k,e), e, div(:,:,k,e))
      end do
    end do
  end subroutine divergence_sphere_wk

  subroutine gradient_sphere_wk_testcov(s, ds, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: ds(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call gradient_wk_testcov_slab(s(:,:,k,e), e, ds(:,:,:,k,e))
      end do
    end do
  end subroutine gradient_sphere_wk_testcov

  subroutine gradient_sphere_wk_testcontra(s, ds, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: ds(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call gradient_wk_testcontra_slab(s(:,:,k,e), e, ds(:,:,:,k,e))
      end do
    end do
  end subroutine gradient_sphere_wk_testcontra

  subroutine curl_sphere_wk_testcov(s, ds, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: ds(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call curl_wk_testcov_slab(s(:,:,k,e), e, ds(:,:,:,k,e))
      end do
    end do
  end subroutine curl_sphere_wk_testcov

  ! (u . grad) v
  subroutine ugradv_sphere(u, v, ugradv, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: u(np,np,2,nlev,ne), v(np,np,2,nlev,ne)
    real(rk), intent(out) :: ugradv(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call ugradv_slab(u(:,:,:,k,e), v(:,:,:,k,e), e, ugradv(:,:,:,k,e))
      end do
    end do
  end subroutine ugradv_sphere

  subroutine laplace_sphere_wk(s, laplace, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: laplace(np,np,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call laplace_wk_slab(s(:,:,k,e), e, laplace(:,:,k,e))
      end do
    end do
  end subroutine laplace_sphere_wk

  ! The tensor acts on the gradient.
  subroutine laplace_sphere_wk_tensor(s, tensor, laplace, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne), tensor(np,np,2,2,ne)
    real(rk), intent(out) :: laplace(np,np,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call laplace_wk_tensor_slab(s(:,:,k,e), tensor(:,:,:,:,e), e, laplace(:,:,k,e))
      end do
    end do
  end subroutine laplace_sphere_wk_tensor

  ! nu_ratio weighs the divergent part.
  subroutine vlaplace_sphere_wk_contra(v, nu_ratio, laplace, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), nu_ratio
    real(rk), intent(out) :: laplace(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call vlaplace_wk_contra_slab(v(:,:,:,k,e), nu_ratio, e, laplace(:,:,:,k,e))
      end do
    end do
  end subroutine vlaplace_sphere_wk_contra

  subroutine vlaplace_sphere_wk_cartesian(v, laplace, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne)
    real(rk), intent(out) :: laplace(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call vlaplace_wk_cartesian_slab(v(:,:,:,k,e), e, laplace(:,:,:,k,e))
      end do
    end do
  end subroutine vlaplace_sphere_wk_cartesian

  subroutine vlaplace_sphere_wk_cartesian_tensor(v, tensor, laplace, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), tensor(np,np,2,2,ne)
    real(rk), intent(out) :: laplace(np,np,2,nlev,ne)
    integer :: e, k
    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        call vlaplace_wk_cartesian_tensor_slab(v(:,:,:,k,e), tensor(:,:,:,:,e), e, laplace(:,:,:,k,e))
      end do
    end do
  end subroutine vlaplace_sphere_wk_cartesian_tensor
end module sphere_operators
