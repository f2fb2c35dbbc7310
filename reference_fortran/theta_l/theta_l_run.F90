! Subcycling of the hydrostatic theta-l dynamical core: dynamics steps, tracer step, vertical remap.
!
! HOMME: prim_driver_base:prim_step, prim_run_subcycle (prim_step_type = 1)
module theta_l_run
  use kinds, only: rk
  use theta_l_column, only: nodes
  use theta_l_remap, only: vertical_remap
  use theta_l_settings, only: qsplit, rsplit, nu_p, hypervis_scaling, ps0, hyai, hybi
  use theta_l_step, only: prim_advance_exp, prepare_step, clear_means, vn0, etadot, dpdiss_ave, dpdiss_biharmonic
  use theta_l_tendency, only: nfields, thickness
  use tracers, only: advance_tracers, dp_viscosity, tensor_viscosity
  implicit none
  private
  public :: prim_run_subcycle, tracer_step

contains

  ! vertically Lagrangian: rsplit steps, then back to the reference levels; rsplit = 0: one step on fixed levels
  subroutine prim_run_subcycle(nlev, qsize, ne, dt, phis, state, qdp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: dt, phis(nodes, ne)
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne), qdp(nodes, nlev, qsize, ne)
    integer :: r
    do r = 1, max(rsplit, 1)
      call prim_step(nlev, qsize, ne, dt, phis, state, qdp)
    end do
    call vertical_remap(nlev, qsize, ne, max(rsplit, 1) * qsplit * dt, etadot, state, qdp)
  end subroutine prim_run_subcycle

  ! qsplit dynamics steps, and one tracer step with their mean fluxes; without tracers nobody needs those
  subroutine prim_step(nlev, qsize, ne, dt, phis, state, qdp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: dt, phis(nodes, ne)
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne), qdp(nodes, nlev, qsize, ne)
    real(rk), allocatable :: dp_start(:, :, :)
    real(rk) :: eta_ave_w
    integer :: q
    eta_ave_w = 0
    if (qsize > 0) eta_ave_w = 1.0_rk / qsplit
    call prepare_step(nlev, ne)
    if (qsize > 0) dp_start = state(:, thickness, :, :)
    if (qsize > 0) call clear_means(ne)
    do q = 1, qsplit
      call prim_advance_exp(nlev, ne, dt, eta_ave_w, phis, state)
    end do
    if (qsize > 0) call tracer_step(nlev, qsize, ne, qsplit * dt, dp_start, vn0, dpdiss_ave, &
                                    dpdiss_biharmonic, qdp)
  end subroutine prim_step

  ! tracers with the means of qsplit steps
  subroutine tracer_step(nlev, qsize, ne, dt_q, dp_start, flux, dp_mean, dp_biharmonic, qdp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: dt_q, dp_start(nodes, nlev, ne), flux(nodes, 2, nlev, ne)
    real(rk), intent(in), dimension(nodes, nlev, ne) :: dp_mean, dp_biharmonic
    real(rk), intent(inout) :: qdp(nodes, nlev, qsize, ne)
    real(rk) :: dp0(nlev)
    dp0 = (hyai(2:) - hyai(:nlev)) * ps0 + (hybi(2:) - hybi(:nlev)) * ps0
    dp_viscosity = nu_p > 0
    tensor_viscosity = hypervis_scaling > 0
    call advance_tracers(qdp, dp_start, flux, dp_mean, dp_biharmonic, dp0, dt_q, nlev, qsize, ne)
  end subroutine tracer_step

end module theta_l_run
