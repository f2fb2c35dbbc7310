! The nonhydrostatic theta-l equations as a user of this package calls them: separate fields in, separate fields out.
! Before: element_data (set_grid, set_connectivity), theta_l_settings.
! Fields: wind (np,np,2,nlev,ne), scalars (np,np,nlev,ne), interfaces (np,np,nlev+1,ne), phis (np,np,ne).
!
! HOMME: prim_advance_mod, imex_mod (theta_hydrostatic_mode = .false.)
module theta_l_nonhydrostatic
  use kinds, only: rk
  use dimensions, only: np
  use implicit_stage, only: fast => add_fast_terms, solve => solve_stage
  use nonhydrostatic_step, only: runge_kutta
  use nonhydrostatic_tendency, only: apply_rhs => compute_andor_apply_rhs, nfields
  implicit none
  private
  public :: compute_andor_apply_rhs, add_fast_terms, solve_stage, runge_kutta_step

contains

  ! fields := DSS(scale3 * fields + dt2 * tendency), scale2 = 0 without vertical sound; fluxes are eta_ave_w times theirs
  subroutine compute_andor_apply_rhs(v, vtheta_dp, dp3d, phinh_i, w_i, vn0, omega, eta_dot_dpdn, phis, gradphis, dt2, &
                                     eta_ave_w, scale2, scale3, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne), eta_dot_dpdn(np,np,nlev+1,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt2, eta_ave_w, scale2, scale3
    real(rk), allocatable :: state(:,:,:,:,:), updated(:,:,:,:,:), ground(:,:,:), updated_ground(:,:,:)
    allocate(state(np,np,nfields,nlev,ne), ground(np,np,ne))
    allocate(updated, mold=state)
    allocate(updated_ground, mold=ground)
    vn0 = 0
    omega = 0
    eta_dot_dpdn = 0
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state, ground, nlev, ne)
    call apply_rhs(nlev, ne, scale2, scale3, dt2, eta_ave_w, phis, gradphis, state, ground, state, ground, &
                   updated, updated_ground, vn0, omega, eta_dot_dpdn)
    call unpack_state(updated, updated_ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
  end subroutine compute_andor_apply_rhs

  ! phinh_i, w_i := themselves + h times the fast terms of the fields at_...
  subroutine add_fast_terms(phinh_i, w_i, at_v, at_vtheta_dp, at_dp3d, at_phinh_i, at_w_i, phis, gradphis, h, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: phinh_i, w_i
    real(rk), intent(in) :: at_v(np,np,2,nlev,ne), at_vtheta_dp(np,np,nlev,ne), at_dp3d(np,np,nlev,ne)
    real(rk), intent(in) :: at_phinh_i(np,np,nlev+1,ne), at_w_i(np,np,nlev+1,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), h
    real(rk), allocatable :: at(:,:,:,:,:), state(:,:,:,:,:), ground(:,:,:)
    allocate(at(np,np,nfields,nlev,ne), ground(np,np,ne))
    call pack_state(at_v, at_vtheta_dp, at_dp3d, phinh_i, w_i, at, ground, nlev, ne)
    state = at
    call pack_state(at_v, at_vtheta_dp, at_dp3d, at_phinh_i, at_w_i, at, ground, nlev, ne)
    call fast(nlev, ne, h, phis, gradphis, at, ground, state)
    w_i(:,:,:nlev,:) = state(:,:,5,:,:)
    phinh_i(:,:,:nlev,:) = state(:,:,6,:,:)
  end subroutine add_fast_terms

  ! phinh_i, w_i := those of the u with u - h N(u) = fields, N the fast terms
  subroutine solve_stage(phinh_i, w_i, v, vtheta_dp, dp3d, phis, gradphis, h, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: phinh_i, w_i
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), h
    real(rk), allocatable :: state(:,:,:,:,:), ground(:,:,:)
    allocate(state(np,np,nfields,nlev,ne), ground(np,np,ne))
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state, ground, nlev, ne)
    call solve(nlev, ne, h, phis, gradphis, state)
    w_i(:,:,:nlev,:) = state(:,:,5,:,:)
    phinh_i(:,:,:nlev,:) = state(:,:,6,:,:)
  end subroutine solve_stage

  ! the Runge-Kutta stages of one dynamics step, without hyperviscosity
  subroutine runge_kutta_step(v, vtheta_dp, dp3d, phinh_i, w_i, vn0, omega, phis, gradphis, dt, eta_ave_w, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt, eta_ave_w
    real(rk), allocatable :: state(:,:,:,:,:), ground(:,:,:)
    allocate(state(np,np,nfields,nlev,ne), ground(np,np,ne))
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state, ground, nlev, ne)
    call runge_kutta(nlev, ne, dt, eta_ave_w, phis, gradphis, state, ground, vn0, omega)
    call unpack_state(state, ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
  end subroutine runge_kutta_step

  subroutine pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state, ground, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(in) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    real(rk), intent(out) :: state(np,np,nfields,nlev,ne), ground(np,np,ne)
    state(:,:,1:2,:,:) = v
    state(:,:,3,:,:) = vtheta_dp
    state(:,:,4,:,:) = dp3d
    state(:,:,5,:,:) = w_i(:,:,:nlev,:)
    state(:,:,6,:,:) = phinh_i(:,:,:nlev,:)
    ground = w_i(:,:,nlev+1,:)
  end subroutine pack_state

  subroutine unpack_state(state, ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: state(np,np,nfields,nlev,ne), ground(np,np,ne), phis(np,np,ne)
    real(rk), intent(out) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(out) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    v = state(:,:,1:2,:,:)
    vtheta_dp = state(:,:,3,:,:)
    dp3d = state(:,:,4,:,:)
    w_i(:,:,:nlev,:) = state(:,:,5,:,:)
    phinh_i(:,:,:nlev,:) = state(:,:,6,:,:)
    w_i(:,:,nlev+1,:) = ground
    phinh_i(:,:,nlev+1,:) = phis
  end subroutine unpack_state

end module theta_l_nonhydrostatic
