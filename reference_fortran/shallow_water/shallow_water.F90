! Shallow water as a user of this package calls it: separate fields in, separate fields out.
! Before: element_data (set_grid, set_connectivity, tensors), shallow_water_settings.
! Fields: wind (np,np,2,ne), scalars (np,np,ne).
!
! HOMME: sweqx/advance_mod (advance_nonstag, advance_nonstag_rk), sweq_mod
module shallow_water
  use kinds, only: rk
  use dimensions, only: np
  use shallow_water_settings
  use shallow_water_tendency, only: apply_rhs
  use shallow_water_viscosity, only: viscous => advance_hypervis, nodes, nfields
  implicit none
  private
  public :: compute_and_apply_rhs, advance_hypervis, run

contains

  ! fields := DSS(scale * fields + h * tendency)
  subroutine compute_and_apply_rhs(v, p, ps, scale, h, ne)
    integer, intent(in) :: ne
    real(rk), intent(inout) :: v(np,np,2,ne), p(np,np,ne)
    !f2py intent(in,out,copy) :: v, p
    real(rk), intent(in) :: ps(np,np,ne), scale, h
    real(rk) :: state(nodes, nfields, ne), updated(nodes, nfields, ne)
    call pack_state(v, p, state, ne)
    call apply_rhs(ne, scale, h, ps, state, state, updated)
    call unpack_state(updated, v, p, ne)
  end subroutine compute_and_apply_rhs

  subroutine advance_hypervis(v, p, ps, dt, ne)
    integer, intent(in) :: ne
    real(rk), intent(inout) :: v(np,np,2,ne), p(np,np,ne)
    !f2py intent(in,out,copy) :: v, p
    real(rk), intent(in) :: ps(np,np,ne), dt
    real(rk) :: state(nodes, nfields, ne)
    call pack_state(v, p, state, ne)
    call viscous(ne, dt, ps, state)
    call unpack_state(state, v, p, ne)
  end subroutine advance_hypervis

  ! nsteps steps of dt from the start, or from two levels after nstep steps
  subroutine run(v, p, v_before, p_before, ps, dt, nstep, nsteps, ne)
    integer, intent(in) :: ne, nstep, nsteps
    real(rk), intent(inout) :: v(np,np,2,ne), p(np,np,ne), v_before(np,np,2,ne), p_before(np,np,ne)
    !f2py intent(in,out,copy) :: v, p, v_before, p_before
    real(rk), intent(in) :: ps(np,np,ne), dt
    real(rk) :: now(nodes, nfields, ne), before(nodes, nfields, ne)
    integer :: n
    call pack_state(v, p, now, ne)
    call pack_state(v_before, p_before, before, ne)
    do n = nstep, nstep + nsteps - 1
      if (runge_kutta) then
        call ssp_step(ne, dt, ps, now)
      else
        call leap(ne, n, dt, ps, now, before)
      end if
    end do
    call unpack_state(now, v, p, ne)
    call unpack_state(before, v_before, p_before, ne)
  end subroutine run

  ! lftfreq 0: leapfrog; 1: leapfrog-trapezoidal; n: every n-th step a midpoint step. The first step starts from one level
  subroutine leap(ne, nstep, dt, ps, now, before)
    integer, intent(in) :: ne, nstep
    real(rk), intent(in) :: dt, ps(nodes, ne)
    real(rk), intent(inout) :: now(nodes, nfields, ne), before(nodes, nfields, ne)
    real(rk), allocatable :: middle(:, :, :), new(:, :, :)
    allocate(middle, new, mold=now)
    if (nstep == 0) then
      call apply_rhs(ne, 1.0_rk, 0.5_rk * dt, ps, now, now, middle)
      call viscous(ne, 0.5_rk * dt, ps, middle)
      call apply_rhs(ne, 1.0_rk, dt, ps, now, middle, new)
      call viscous(ne, dt, ps, new)
    else if (lftfreq == 1) then
      call apply_rhs(ne, 1.0_rk, 0.5_rk * dt, ps, now, now, middle)
      before = before + (middle - now) * 4
      call apply_rhs(ne, 1.0_rk, 0.5_rk * dt, ps, middle, before, new)
      call viscous(ne, dt, ps, new)
    else if (midpoint_step(nstep)) then
      call apply_rhs(ne, 1.0_rk, 0.5_rk * dt, ps, now, now, middle)
      call apply_rhs(ne, 1.0_rk, dt, ps, now, middle, new)
      call viscous(ne, dt, ps, new)
    else
      call apply_rhs(ne, 1.0_rk, 2 * dt, ps, before, now, new)
      call viscous(ne, 2 * dt, ps, new)
      now = now + (before - now * 2 + new) * smooth
    end if
    before = now
    now = new
  end subroutine leap

  pure logical function midpoint_step(nstep)
    integer, intent(in) :: nstep
    midpoint_step = .false.
    if (lftfreq > 1) midpoint_step = mod(nstep, lftfreq) == 0
  end function midpoint_step

  ! Euler steps of dt / (stages - 1), the last one averaged with the start
  subroutine ssp_step(ne, dt, ps, state)
    integer, intent(in) :: ne
    real(rk), intent(in) :: dt, ps(nodes, ne)
    real(rk), intent(inout) :: state(nodes, nfields, ne)
    real(rk), allocatable :: start(:, :, :), new(:, :, :)
    real(rk) :: alpha0, alpha, fraction
    integer :: s
    allocate(start, source=state)
    allocate(new, mold=state)
    alpha0 = 1.0_rk / rk_stage_user
    alpha = real(rk_stage_user - 1, rk) / rk_stage_user
    do s = 1, rk_stage_user
      fraction = 1.0_rk / (rk_stage_user - 1)
      if (s == rk_stage_user) fraction = alpha0 / alpha
      call apply_rhs(ne, 1.0_rk, fraction * dt, ps, state, state, new)
      state = new
    end do
    state = start * alpha0 + state * alpha
  end subroutine ssp_step

  subroutine pack_state(v, p, state, ne)
    integer, intent(in) :: ne
    real(rk), intent(in) :: v(nodes, 2, ne), p(nodes, ne)
    real(rk), intent(out) :: state(nodes, nfields, ne)
    state(:, 1:2, :) = v
    state(:, 3, :) = p
  end subroutine pack_state

  subroutine unpack_state(state, v, p, ne)
    integer, intent(in) :: ne
    real(rk), intent(in) :: state(nodes, nfields, ne)
    real(rk), intent(out) :: v(nodes, 2, ne), p(nodes, ne)
    v = state(:, 1:2, :)
    p = state(:, 3, :)
  end subroutine unpack_state

end module shallow_water
