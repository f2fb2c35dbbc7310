! Hyperviscosity of the CAM-SE state, time-split, with frictional heating, and the sponge at the top.
!
! Guba et al. (2014), doi:10.5194/gmd-7-2803-2014; Lauritzen et al. (2018), doi:10.1029/2017MS001257.
! CAM-SE: viscosity_mod (biharmonic_wk_dp3d), prim_advance_mod (advance_hypervis_dp)
module cam_se_hypervis
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: spheremp, tensorvisc
  use element_operators, only: laplace_wk_slab, laplace_wk_tensor_slab, vlaplace_wk_contra_slab, &
                               vlaplace_wk_cartesian_tensor_slab
  use variable_viscosity, only: laplace_wk_variable_slab, vlaplace_wk_contra_variable_slab
  use assembly, only: dss_wk
  use cam_se_settings
  use cam_se_state, only: step_means
  implicit none
  private
  public :: state_biharmonic, advance_hypervis

  real(rk), allocatable :: work(:,:,:,:,:), top(:,:,:,:,:)  ! kept between calls

contains

  ! Weak biharmonic of temperature and layer mass, less their references, and of the wind; not assembled.
  subroutine state_biharmonic(u, temp_ref, dp_ref, weak, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: u(np,np,ncomp,nlev,ne), temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne)
    real(rk), intent(out) :: weak(np,np,ncomp,nlev,ne)
    real(rk) :: q(np,np,ncomp)
    integer :: e, k
    !$omp parallel do private(k, q)
    do e = 1, ne
      do k = 1, nlev
        q = u(:,:,:,k,e)
        q(:,:,i_temp) = q(:,:,i_temp) - temp_ref(:,:,k,e)
        q(:,:,i_dp) = q(:,:,i_dp) - dp_ref(:,:,k,e)
        if (scalar_viscosity) then
          call variable_laplacian(q, first_nu_ratio(k), e, weak(:,:,:,k,e))
        else
          call laplacian(q, first_nu_ratio(k), e, weak(:,:,:,k,e))
        end if
      end do
    end do
    call dss_wk(weak, ncomp*nlev, ne)
    !$omp parallel do private(k, q)
    do e = 1, ne
      do k = 1, nlev
        q = weak(:,:,:,k,e)
        if (tensor_viscosity) then
          call tensor_laplacian(q, e, weak(:,:,:,k,e))
        else if (scalar_viscosity) then
          call variable_laplacian(q, second_nu_ratio(k), e, weak(:,:,:,k,e))
        else
          call laplacian(q, second_nu_ratio(k), e, weak(:,:,:,k,e))
        end if
      end do
    end do
  end subroutine state_biharmonic

  ! The ratio of divergence damping is split over both Laplacians, but the Cartesian one of the tensor case takes none.
  real(rk) function first_nu_ratio(k)
    integer, intent(in) :: k
    first_nu_ratio = nu_div_lev(k)/nu_lev(k)
    if (.not. tensor_viscosity) first_nu_ratio = sqrt(first_nu_ratio)
  end function first_nu_ratio

  real(rk) function second_nu_ratio(k)
    integer, intent(in) :: k
    second_nu_ratio = first_nu_ratio(merge(size(nu_lev), k, nu_ratio_of_last_level))
  end function second_nu_ratio

  subroutine laplacian(q, nu_ratio, e, weak)
    real(rk), intent(in) :: q(np,np,ncomp), nu_ratio
    integer, intent(in) :: e
    real(rk), intent(out) :: weak(np,np,ncomp)
    call laplace_wk_slab(q(:,:,i_temp), e, weak(:,:,i_temp))
    call vlaplace_wk_contra_slab(q(:,:,i_u:i_v), nu_ratio, e, weak(:,:,i_u:i_v))
    call laplace_wk_slab(q(:,:,i_dp), e, weak(:,:,i_dp))
  end subroutine laplacian

  subroutine variable_laplacian(q, nu_ratio, e, weak)
    real(rk), intent(in) :: q(np,np,ncomp), nu_ratio
    integer, intent(in) :: e
    real(rk), intent(out) :: weak(np,np,ncomp)
    call laplace_wk_variable_slab(q(:,:,i_temp), e, weak(:,:,i_temp))
    call vlaplace_wk_contra_variable_slab(q(:,:,i_u:i_v), nu_ratio, e, weak(:,:,i_u:i_v))
    call laplace_wk_variable_slab(q(:,:,i_dp), e, weak(:,:,i_dp))
  end subroutine variable_laplacian

  subroutine tensor_laplacian(q, e, weak)
    real(rk), intent(in) :: q(np,np,ncomp)
    integer, intent(in) :: e
    real(rk), intent(out) :: weak(np,np,ncomp)
    call laplace_wk_tensor_slab(q(:,:,i_temp), tensorvisc(:,:,:,:,e), e, weak(:,:,i_temp))
    call vlaplace_wk_cartesian_tensor_slab(q(:,:,i_u:i_v), tensorvisc(:,:,:,:,e), e, weak(:,:,i_u:i_v))
    call laplace_wk_tensor_slab(q(:,:,i_dp), tensorvisc(:,:,:,:,e), e, weak(:,:,i_dp))
  end subroutine tensor_laplacian

  ! Subcycled biharmonic damping, then the subcycled Laplacian of the sponge.
  subroutine advance_hypervis(u, temp_ref, dp_ref, inv_cp, dt, weight, means, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    real(rk), intent(in) :: temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne), inv_cp(np,np,nlev,ne), dt, weight
    type(step_means), intent(inout) :: means
    integer :: cycle
    if (all(nu_lev <= 0) .and. nu_p <= 0) return
    call ensure_shape(work, nlev, ne)
    do cycle = 1, hypervis_subcycle
      call state_biharmonic(u, temp_ref, dp_ref, work, nlev, ne)
      call damp(dt/hypervis_subcycle, weight/hypervis_subcycle)
    end do
    if (ksponge_end > 0) call sponge(u, dt, min(ksponge_end, nlev), nlev, ne)

  contains

    subroutine damp(h, share)
      real(rk), intent(in) :: h, share
      integer :: e, k
      !$omp parallel do private(k)
      do e = 1, ne
        if (nu_p > 0) then
          means%dpdiss_ave(:,:,:,e) = means%dpdiss_ave(:,:,:,e) + share*(u(:,:,i_dp,:,e) - dp_ref(:,:,:,e))
          means%dpdiss_biharmonic(:,:,:,e) = means%dpdiss_biharmonic(:,:,:,e) + share*work(:,:,i_dp,:,e)
        end if
        do k = 1, nlev
          work(:,:,i_temp,k,e) = -h*nu_t_lev(k)*work(:,:,i_temp,k,e)
          work(:,:,i_u:i_v,k,e) = -h*nu_lev(k)*work(:,:,i_u:i_v,k,e)
          work(:,:,i_dp,k,e) = u(:,:,i_dp,k,e)*spheremp(:,:,e) - h*nu_p*work(:,:,i_dp,k,e)
        end do
      end do
      call dss_wk(work, ncomp*nlev, ne)
      !$omp parallel do private(k)
      do e = 1, ne
        do k = 1, nlev
          call apply(work(:,:,:,k,e), inv_cp(:,:,k,e), k >= first_heated_level, u(:,:,:,k,e))
        end do
      end do
    end subroutine damp

  end subroutine advance_hypervis

  ! New layer mass, increments of temperature and wind; the kinetic energy lost heats the layer.
  subroutine apply(change, inv_cp, heated, u)
    real(rk), intent(in) :: change(np,np,ncomp), inv_cp(np,np)
    logical, intent(in) :: heated
    real(rk), intent(inout) :: u(np,np,ncomp)
    real(rk) :: energy(np,np)
    energy = 0.5_rk*(u(:,:,i_u)**2 + u(:,:,i_v)**2)
    u(:,:,i_temp:i_v) = u(:,:,i_temp:i_v) + change(:,:,i_temp:i_v)
    u(:,:,i_dp) = change(:,:,i_dp)
    energy = 0.5_rk*(u(:,:,i_u)**2 + u(:,:,i_v)**2) - energy
    if (heated) u(:,:,i_temp) = u(:,:,i_temp) - energy*inv_cp
  end subroutine apply

  ! Second-order damping of the top levels: no reference state, no heating.
  subroutine sponge(u, dt, kend, nlev, ne)
    integer, intent(in) :: kend, nlev, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    real(rk), intent(in) :: dt
    real(rk) :: q(np,np,ncomp), h
    integer :: e, k, cycle
    call ensure_shape(top, kend, ne)
    h = dt/hypervis_subcycle_sponge
    do cycle = 1, hypervis_subcycle_sponge
      !$omp parallel do private(k, q)
      do e = 1, ne
        do k = 1, kend
          call laplacian(u(:,:,:,k,e), 1._rk, e, q)
          top(:,:,:,k,e) = h*nu_top*nu_scale_top(k)*q
        end do
      end do
      call dss_wk(top, ncomp*kend, ne)
      !$omp parallel do
      do e = 1, ne
        u(:,:,:,1:kend,e) = u(:,:,:,1:kend,e) + top(:,:,:,:,e)
      end do
    end do
  end subroutine sponge

  subroutine ensure_shape(a, nlev, ne)
    real(rk), allocatable, intent(inout) :: a(:,:,:,:,:)
    integer, intent(in) :: nlev, ne
    if (allocated(a)) then
      if (all(shape(a) == [np, np, ncomp, nlev, ne])) return
      deallocate(a)
    end if
    allocate(a(np,np,ncomp,nlev,ne))
  end subroutine ensure_shape

end module cam_se_hypervis
