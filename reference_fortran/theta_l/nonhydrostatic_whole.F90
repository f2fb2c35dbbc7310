! Calls of the nonhydrostatic theta-l dynamical core as a user of this package makes them.
! Before: element_data (set_grid, set_connectivity, tensors), theta_l_settings, theta_l_reference; options of tracers.
! Fields: wind (np,np,2,nlev,ne), scalars (np,np,nlev,ne), interfaces (np,np,nlev+1,ne), phis (np,np,ne).
!
! HOMME: prim_driver_base (theta_hydrostatic_mode = .false.)
module nonhydrostatic_whole
  use kinds, only: rk
  use dimensions, only: np
  use nonhydrostatic_air, only: air, surroundings, make_air, make_surroundings
  use nonhydrostatic_fields, only: pack_state, unpack_state
  use nonhydrostatic_run, only: run_subcycle => prim_run_subcycle
  implicit none
  private
  public :: prim_run_subcycle, prim_run_subcycle_tracers

contains

  ! the driver loop: ncalls times (rsplit * qsplit dynamics steps of dt, then the vertical remap)
  subroutine prim_run_subcycle(v, vtheta_dp, dp3d, phinh_i, w_i, phis, gradphis, dt, ncalls, nlev, ne)
    integer, intent(in) :: ncalls, nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt
    real(rk) :: no_tracers(np,np,nlev,0,ne)
    call repeat_subcycle(v, vtheta_dp, dp3d, phinh_i, w_i, no_tracers, phis, gradphis, dt, ncalls, nlev, 0, ne)
  end subroutine prim_run_subcycle

  ! the same with tracers: a tracer step after every qsplit dynamics steps; its options are in the module tracers
  subroutine prim_run_subcycle_tracers(v, vtheta_dp, dp3d, phinh_i, w_i, qdp, phis, gradphis, dt, ncalls, nlev, qsize, &
                                       ne)
    integer, intent(in) :: ncalls, nlev, qsize, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne), qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i, qdp
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt
    call repeat_subcycle(v, vtheta_dp, dp3d, phinh_i, w_i, qdp, phis, gradphis, dt, ncalls, nlev, qsize, ne)
  end subroutine prim_run_subcycle_tracers

  subroutine repeat_subcycle(v, vtheta_dp, dp3d, phinh_i, w_i, qdp, phis, gradphis, dt, ncalls, nlev, qsize, ne)
    integer, intent(in) :: ncalls, nlev, qsize, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne), qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt
    type(surroundings) :: s
    type(air) :: state
    integer :: call_number
    s = make_surroundings(nlev, ne, phis, gradphis)
    call make_air(nlev, ne, state)
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state%layers, state%ground, nlev, ne)
    do call_number = 1, ncalls
      call run_subcycle(s, qsize, dt, state, qdp)
    end do
    call unpack_state(state%layers, state%ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
  end subroutine repeat_subcycle

end module nonhydrostatic_whole
