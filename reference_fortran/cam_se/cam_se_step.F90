! The time-split step of CAM-SE: dynamics with viscosity, tracers, vertical remap, forcing, and omega for physics.
!
!     for n = 1..nsplit: forcing; rsplit times (qsplit dynamics steps, one tracer step); vertical remap
!
! Lauritzen et al. (2018), doi:10.1029/2017MS001257.
! CAM-SE: dyn_comp (dyn_run), prim_driver_mod (prim_run_subcycle, prim_step), prim_advance_mod (prim_advance_exp, compute_omega)
module cam_se_step
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: require_grid, tensorvisc
  use assembly, only: dss, dss_wk
  use biharmonic, only: biharmonic_wk, biharmonic_wk_tensor
  use tracers, only: advance_tracers
  use moist_air, only: p_reference
  use cam_se_settings
  use cam_se_state, only: frozen_air, step_means, freeze_air, new_means
  use cam_se_tendency, only: element_omega
  use cam_se_advance, only: runge_kutta_step
  use cam_se_hypervis, only: advance_hypervis
  use cam_se_forcing, only: apply_forcing, forcing_from_increments
  use cam_se_remap, only: vertical_remap
  implicit none
  private
  public :: prim_advance_exp, prim_run_subcycle, dyn_run

  type(frozen_air) :: air     ! kept between calls
  type(step_means) :: means

contains

  ! One dynamics step of frozen air with its viscosity; `share` of its flux, omega and dissipation goes into the means.
  subroutine advance(u, phis, temp_ref, dp_ref, dt, share, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne)
    real(rk), intent(in) :: temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne), dt, share
    call runge_kutta_step(u, air, phis, dt, share, means, nlev, ne)
    call advance_hypervis(u, temp_ref, dp_ref, air%inv_cp, dt, share, means, nlev, ne)
  end subroutine advance

  ! One dynamics step and its means.
  subroutine prim_advance_exp(u, qdp, phis, temp_ref, dp_ref, dt, vn0, omega, dpdiss_ave, dpdiss_biharmonic, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    !f2py intent(in,out,copy) :: u
    real(rk), intent(in) :: qdp(np,np,nlev,qsize,ne), phis(np,np,ne)
    real(rk), intent(in) :: temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne), dt
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    real(rk), intent(out) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    call require_grid(ne)
    means = new_means(nlev, ne)
    call freeze_air(qdp, u, air, nlev, qsize, ne)
    call advance(u, phis, temp_ref, dp_ref, dt, 1._rk, nlev, ne)
    vn0 = means%vn0
    omega = means%omega
    dpdiss_ave = means%dpdiss_ave
    dpdiss_biharmonic = means%dpdiss_biharmonic
  end subroutine prim_advance_exp

  ! rsplit dynamics and tracer steps, then the vertical remap.
  subroutine prim_run_subcycle(u, qdp, phis, temp_ref, dp_ref, dt, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: u, qdp
    real(rk), intent(in) :: phis(np,np,ne), temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne), dt
    real(rk) :: dp0(nlev)
    real(rk), allocatable :: dp_start(:,:,:,:)
    integer :: r, q
    call require_grid(ne)
    dp0 = ((hyai(2:) - hyai(:nlev)) + (hybi(2:) - hybi(:nlev)))*p_reference
    do r = 1, rsplit
      means = new_means(nlev, ne)
      dp_start = u(:,:,i_dp,:,:)
      ! DIFFERS: for qsplit > 1 the reference freezes the air anew before every dynamics step, with water of the first,
      ! and divides integers for the share of each step, which is 0.
      call freeze_air(qdp, u, air, nlev, qsize, ne)
      do q = 1, qsplit
        call advance(u, phis, temp_ref, dp_ref, dt, 1._rk/qsplit, nlev, ne)
      end do
      call advance_tracers(qdp, dp_start, means%vn0, means%dpdiss_ave, means%dpdiss_biharmonic, dp0, qsplit*dt, &
                           nlev, qsize, ne)
    end do
    call vertical_remap(u, qdp, nlev, qsize, ne)
  end subroutine prim_run_subcycle

  ! One physics step of dtime under forcing ft, fm (tendencies) and dq (mixing ratio added in dtime); omega at its end.
  subroutine dyn_run(u, qdp, phis, temp_ref, dp_ref, ft, fm, dq, dtime, omega, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: u, qdp
    real(rk), intent(in) :: phis(np,np,ne), temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne)
    real(rk), intent(in) :: ft(np,np,nlev,ne), fm(np,np,2,nlev,ne), dq(np,np,nlev,qsize,ne), dtime
    real(rk), intent(out) :: omega(np,np,nlev,ne)
    real(rk), allocatable :: fq(:,:,:,:,:), fdp(:,:,:,:)
    integer :: n
    allocate(fq, mold=qdp)
    allocate(fdp, mold=omega)
    call forcing_from_increments(u, qdp, dq, dtime, fq, fdp, nlev, qsize, ne)
    do n = 1, nsplit
      call apply_forcing(u, qdp, ft, fm, fq, fdp, n, dtime/nsplit, dtime, nlev, qsize, ne)
      call prim_run_subcycle(u, qdp, phis, temp_ref, dp_ref, dtime/(nsplit*rsplit*qsplit), nlev, qsize, ne)
    end do
    call compute_omega(u, qdp, phis, dtime/nsplit, omega, nlev, qsize, ne)
  end subroutine dyn_run

  ! Omega of the remapped state, made continuous and smoothed by hyperviscosity.
  subroutine compute_omega(u, qdp, phis, dt, omega, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne), phis(np,np,ne), dt
    real(rk), intent(out) :: omega(np,np,nlev,ne)
    real(rk), allocatable :: smooth(:,:,:,:), weak(:,:,:,:)
    integer :: e, cycle
    call freeze_air(qdp, u, air, nlev, qsize, ne)
    !$omp parallel do
    do e = 1, ne
      call element_omega(u(:,:,:,:,e), air, phis(:,:,e), e, omega(:,:,:,e), nlev)
    end do
    call dss(omega, nlev, ne)
    allocate(smooth, weak, mold=omega)
    do cycle = 1, hypervis_subcycle
      if (tensor_viscosity) then
        call biharmonic_wk_tensor(omega, tensorvisc, smooth, weak, nlev, ne)
      else
        call biharmonic_wk(omega, smooth, weak, nlev, ne)
      end if
      call dss_wk(weak, nlev, ne)
      omega = omega - dt/hypervis_subcycle*nu_p*weak
    end do
  end subroutine compute_omega

end module cam_se_step
