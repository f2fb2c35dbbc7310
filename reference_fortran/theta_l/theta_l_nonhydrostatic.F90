! The nonhydrostatic theta-l equations as a user of this package calls them: separate fields in, separate fields out.
! Before: element_data (set_grid, set_connectivity, tensors), theta_l_settings, theta_l_reference.
! Fields: wind (np,np,2,nlev,ne), scalars (np,np,nlev,ne), interfaces (np,np,nlev+1,ne), phis (np,np,ne).
!
! HOMME: prim_advance_mod, imex_mod (theta_hydrostatic_mode = .false.)
module theta_l_nonhydrostatic
  use kinds, only: rk
  use dimensions, only: np
  use implicit_stage, only: fast => add_fast_terms, solve => solve_stage
  use nonhydrostatic_air, only: air, surroundings, make_air, make_surroundings
  use nonhydrostatic_fields, only: pack_state, unpack_state
  use nonhydrostatic_step, only: advance_exp => prim_advance_exp, hypervis => advance_hypervis
  use nonhydrostatic_tendency, only: apply_rhs => compute_andor_apply_rhs, nfields
  implicit none
  private
  public :: compute_andor_apply_rhs, rk_stage, add_fast_terms, solve_stage, advance_hypervis, prim_advance_exp

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

  ! one stage: fields := DSS(base + h * tendency(fields)), limited, on the ground; vn0, omega are those of the tendency
  subroutine rk_stage(v, vtheta_dp, dp3d, phinh_i, w_i, v_base, vtheta_dp_base, dp3d_base, phinh_i_base, w_i_base, vn0, &
                      omega, phis, gradphis, h, scale2, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(in) :: v_base(np,np,2,nlev,ne), vtheta_dp_base(np,np,nlev,ne), dp3d_base(np,np,nlev,ne)
    real(rk), intent(in) :: phinh_i_base(np,np,nlev+1,ne), w_i_base(np,np,nlev+1,ne)
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), h, scale2
    type(surroundings) :: s
    type(air) :: state, base, updated
    s = make_surroundings(nlev, ne, phis, gradphis)
    call make_air(nlev, ne, state)
    call make_air(nlev, ne, base)
    call make_air(nlev, ne, updated)
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state%layers, state%ground, nlev, ne)
    call pack_state(v_base, vtheta_dp_base, dp3d_base, phinh_i_base, w_i_base, base%layers, base%ground, nlev, ne)
    call apply_rhs(nlev, ne, scale2, 1.0_rk, h, 1.0_rk, phis, gradphis, base%layers, base%ground, state%layers, &
                   state%ground, updated%layers, updated%ground, s%vn0, s%omega, s%etadot)
    call unpack_state(updated%layers, updated%ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
    vn0 = reshape(s%vn0, shape(vn0))
    omega = reshape(s%omega, shape(omega))
  end subroutine rk_stage

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

  ! hyperviscosity and sponge over dt
  subroutine advance_hypervis(v, vtheta_dp, dp3d, phinh_i, w_i, dpdiss_ave, dpdiss_biharmonic, phis, gradphis, dt, &
                              eta_ave_w, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(out) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt, eta_ave_w
    type(surroundings) :: s
    type(air) :: state
    s = make_surroundings(nlev, ne, phis, gradphis)
    call make_air(nlev, ne, state)
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state%layers, state%ground, nlev, ne)
    call hypervis(s, dt, eta_ave_w, state)
    call unpack_state(state%layers, state%ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
    dpdiss_ave = reshape(s%dpdiss_ave, shape(dpdiss_ave))
    dpdiss_biharmonic = reshape(s%dpdiss_biharmonic, shape(dpdiss_biharmonic))
  end subroutine advance_hypervis

  ! one dynamics step: Runge-Kutta, then hyperviscosity if nu > 0
  subroutine prim_advance_exp(v, vtheta_dp, dp3d, phinh_i, w_i, vn0, omega, phis, gradphis, dt, eta_ave_w, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt, eta_ave_w
    type(surroundings) :: s
    type(air) :: state
    s = make_surroundings(nlev, ne, phis, gradphis)
    call make_air(nlev, ne, state)
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state%layers, state%ground, nlev, ne)
    call advance_exp(s, dt, eta_ave_w, state)
    call unpack_state(state%layers, state%ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
    vn0 = reshape(s%vn0, shape(vn0))
    omega = reshape(s%omega, shape(omega))
  end subroutine prim_advance_exp

end module theta_l_nonhydrostatic
