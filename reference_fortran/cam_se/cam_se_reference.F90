! The CAM-SE kernels on whole fields, as Python calls them. The state is one array u(np,np,c,lev,elem):
! c = 1 temperature, 2 and 3 wind, 4 dry layer mass.
!
! CAM-SE: prim_advance_mod, prim_driver_mod, viscosity_mod, dyn_comp
module cam_se_reference
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: require_grid
  use assembly, only: dss, dss_wk
  use moist_air, only: p_top
  use cam_se_settings, only: ncomp, i_u, i_v, i_dp, i_temp
  use cam_se_state, only: frozen_air, step_means, freeze_air, new_means
  use cam_se_tendency, only: element_rhs, moist_columns
  use cam_se_advance, only: runge_kutta_step, element_stage
  use cam_se_hypervis, only: state_biharmonic, advance_hypervis
  implicit none
  private
  public :: tendency, moist_state, rk_stage, rk_step, biharmonic_wk_dp3d, advance_hypervis_dp

contains

  ! Assembled tendencies; omega and dry mass flux, not assembled.
  subroutine tendency(u, qdp, phis, tend, omega, vn0, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne)
    real(rk), intent(out) :: tend(np,np,ncomp,nlev,ne), omega(np,np,nlev,ne), vn0(np,np,2,nlev,ne)
    type(frozen_air) :: air
    integer :: e
    call require_grid(ne)
    call freeze_air(qdp, u, air, nlev, qsize, ne)
    !$omp parallel do
    do e = 1, ne
      call element_rhs(u(:,:,:,:,e), air, phis(:,:,e), e, tend(:,:,:,:,e), omega(:,:,:,e), nlev)
      vn0(:,:,1,:,e) = u(:,:,i_u,:,e)*u(:,:,i_dp,:,e)
      vn0(:,:,2,:,e) = u(:,:,i_v,:,e)*u(:,:,i_dp,:,e)
    end do
    call dss(tend, ncomp*nlev, ne)
  end subroutine tendency

  ! Virtual temperature, moist midpoint pressure, geopotential.
  subroutine moist_state(u, qdp, phis, t_v, p, phi, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne)
    real(rk), intent(out) :: t_v(np,np,nlev,ne), p(np,np,nlev,ne), phi(np,np,nlev,ne)
    real(rk) :: rt_v(np,np,nlev), dp(np,np,nlev)
    type(frozen_air) :: air
    integer :: e
    call freeze_air(qdp, u, air, nlev, qsize, ne)
    do e = 1, ne
      call moist_columns(u(:,:,:,:,e), air, phis(:,:,e), e, rt_v, dp, p(:,:,:,e), phi(:,:,:,e), nlev)
      t_v(:,:,:,e) = u(:,:,i_temp,:,e)*air%virtual(:,:,:,e)
    end do
  end subroutine moist_state

  ! One Runge-Kutta stage: u := DSS(base + h*rhs(u)) with the air frozen at the state `start`; flux and omega of u.
  subroutine rk_stage(u, base, start, qdp, phis, h, vn0, omega, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    !f2py intent(in,out,copy) :: u
    real(rk), intent(in) :: base(np,np,ncomp,nlev,ne), start(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne), h
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    type(frozen_air) :: air
    type(step_means) :: means
    integer :: e
    call require_grid(ne)
    call freeze_air(qdp, start, air, nlev, qsize, ne)
    means = new_means(nlev, ne)
    !$omp parallel do
    do e = 1, ne
      call element_stage(base(:,:,:,:,e), air, phis(:,:,e), h, 1._rk, e, u(:,:,:,:,e), means, nlev)
    end do
    call dss_wk(u, ncomp*nlev, ne)
    vn0 = means%vn0
    omega = means%omega
  end subroutine rk_stage

  ! One Runge-Kutta step without viscosity, air properties frozen at its start.
  subroutine rk_step(u, qdp, phis, dt, vn0, omega, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    !f2py intent(in,out,copy) :: u
    real(rk), intent(in) :: qdp(np,np,nlev,qsize,ne), phis(np,np,ne), dt
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    type(frozen_air) :: air
    type(step_means) :: means
    call require_grid(ne)
    call freeze_air(qdp, u, air, nlev, qsize, ne)
    means = new_means(nlev, ne)
    call runge_kutta_step(u, air, phis, dt, 1._rk, means, nlev, ne)
    vn0 = means%vn0
    omega = means%omega
  end subroutine rk_step

  subroutine biharmonic_wk_dp3d(u, temp_ref, dp_ref, weak, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: u(np,np,ncomp,nlev,ne), temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne)
    real(rk), intent(out) :: weak(np,np,ncomp,nlev,ne)
    call require_grid(ne)
    call state_biharmonic(u, temp_ref, dp_ref, weak, nlev, ne)
  end subroutine biharmonic_wk_dp3d

  subroutine advance_hypervis_dp(u, temp_ref, dp_ref, inv_cp, dt, dpdiss_ave, dpdiss_biharmonic, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    !f2py intent(in,out,copy) :: u
    real(rk), intent(in) :: temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne), inv_cp(np,np,nlev,ne), dt
    real(rk), intent(out) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    type(step_means) :: means
    call require_grid(ne)
    means = new_means(nlev, ne)
    call advance_hypervis(u, temp_ref, dp_ref, inv_cp, dt, 1._rk, means, nlev, ne)
    dpdiss_ave = means%dpdiss_ave
    dpdiss_biharmonic = means%dpdiss_biharmonic
  end subroutine advance_hypervis_dp

end module cam_se_reference
