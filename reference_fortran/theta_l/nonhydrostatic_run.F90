! Subcycling of the nonhydrostatic theta-l dynamical core: dynamics steps, tracer step, vertical remap.
!
! HOMME: prim_driver_base:prim_step, prim_run_subcycle (prim_step_type = 1)
module nonhydrostatic_run
  use kinds, only: rk
  use nonhydrostatic_air, only: air, surroundings, clear_sums
  use nonhydrostatic_landing, only: land
  use nonhydrostatic_step, only: prim_advance_exp
  use nonhydrostatic_tendency, only: nfields
  use theta_l_column, only: nodes
  use theta_l_remap, only: remap_tracers
  use theta_l_run, only: tracer_step
  use physical_viscosity, only: spread_tracers
  use theta_l_settings, only: qsplit, rsplit, mu_q
  use theta_l_tendency, only: thickness
  implicit none
  private
  public :: prim_run_subcycle

contains

  ! vertically Lagrangian: rsplit steps, then back to the reference levels; rsplit = 0: one step on fixed levels
  subroutine prim_run_subcycle(s, qsize, dt, state, qdp)
    type(surroundings), intent(inout) :: s
    integer, intent(in) :: qsize
    real(rk), intent(in) :: dt
    type(air), intent(inout) :: state
    real(rk), intent(inout) :: qdp(nodes, s%nlev, qsize, s%ne)
    integer :: r
    do r = 1, max(rsplit, 1)
      call prim_step(s, qsize, dt, state, qdp)
    end do
    if (rsplit > 0) then
      call land_all(s, qsize, state, qdp)
    else if (qsize > 0) then
      call remap_tracers(nfields, s%nlev, qsize, s%ne, qsplit * dt, s%etadot, state%layers, qdp)
    end if
  end subroutine prim_run_subcycle

  ! qsplit dynamics steps, and one tracer step with their mean fluxes; without tracers nobody needs those
  subroutine prim_step(s, qsize, dt, state, qdp)
    type(surroundings), intent(inout) :: s
    integer, intent(in) :: qsize
    real(rk), intent(in) :: dt
    type(air), intent(inout) :: state
    real(rk), intent(inout) :: qdp(nodes, s%nlev, qsize, s%ne)
    real(rk), allocatable :: dp_start(:, :, :)
    real(rk) :: eta_ave_w
    integer :: q
    eta_ave_w = 0
    if (qsize > 0) then
      eta_ave_w = 1.0_rk / qsplit
      dp_start = state%layers(:, thickness, :, :)
      call clear_sums(s)
    end if
    do q = 1, qsplit
      call prim_advance_exp(s, dt, eta_ave_w, state)
    end do
    if (qsize > 0) call tracer_step(s%nlev, qsize, s%ne, qsplit * dt, dp_start, s%vn0, s%dpdiss_ave, &
                                    s%dpdiss_biharmonic, qdp)
    if (qsize > 0 .and. mu_q > 0) call spread_tracers(s%nlev, qsize, s%ne, qsplit * dt, &
                                                      state%layers(:, thickness, :, :), qdp)
  end subroutine prim_step

  subroutine land_all(s, qsize, state, qdp)
    type(surroundings), intent(in) :: s
    integer, intent(in) :: qsize
    type(air), intent(inout) :: state
    real(rk), intent(inout) :: qdp(nodes, s%nlev, qsize, s%ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, s%ne
      call land(s%nlev, qsize, s%phis(1, e), s%gradphis(1, 1, e), state%layers(1, 1, 1, e), state%ground(1, e), &
                qdp(:, :, :, e))
    end do
  end subroutine land_all

end module nonhydrostatic_run
