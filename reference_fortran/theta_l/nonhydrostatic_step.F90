! One step of the nonhydrostatic theta-l equations: Runge-Kutta stages, with implicit vertical sound from type 7 on.
!
! HOMME: prim_advance_mod:prim_advance_exp
module nonhydrostatic_step
  use kinds, only: rk
  use implicit_stage, only: add_fast_terms, solve_stage
  use nonhydrostatic_tendency, only: compute_andor_apply_rhs, nfields
  use theta_l_column, only: nodes
  use theta_l_limiter, only: limiter_dp3d_k
  use theta_l_settings, only: tstep_type, g
  use theta_l_tendency, only: theta_mass, thickness
  implicit none
  private
  public :: runge_kutta
  real(rk), parameter :: imkg_start = 0.24362_rk, imkg_first = 0.34184_rk

  ! a state, and w on the ground
  type :: air
    real(rk), allocatable :: layers(:, :, :, :), ground(:, :)
  end type air

  ! what a step does not change, and the sums of fluxes
  type :: setting
    integer :: nlev, ne
    real(rk) :: scale2  ! 0 where vertical sound is implicit
    real(rk), allocatable :: phis(:, :), gradphis(:, :, :)
    real(rk), allocatable :: vn0(:, :, :, :), omega(:, :, :), etadot(:, :, :)
  end type setting

contains

  ! layers and ground after dt, w on the ground set at first; vn0 and omega are means of the step times eta_ave_w
  subroutine runge_kutta(nlev, ne, dt, eta_ave_w, phis, gradphis, layers, ground, vn0, omega)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, eta_ave_w, phis(nodes, ne), gradphis(nodes, 2, ne)
    real(rk), intent(inout) :: layers(nodes, nfields, nlev, ne), ground(nodes, ne)
    real(rk), intent(out) :: vn0(nodes, 2, nlev, ne), omega(nodes, nlev, ne)
    type(setting) :: s
    type(air) :: u0
    s = setting(nlev, ne, merge(0.0_rk, 1.0_rk, tstep_type >= 7), phis, gradphis)
    allocate(s%vn0(nodes, 2, nlev, ne), s%omega(nodes, nlev, ne), s%etadot(nodes, nlev+1, ne), source=0.0_rk)
    u0%layers = layers
    u0%ground = (layers(:, 1, nlev, :) * gradphis(:, 1, :) + layers(:, 2, nlev, :) * gradphis(:, 2, :)) / g
    select case (tstep_type)
    case (1)
      call chain(s, [1/2.0_rk, 1.0_rk], dt, eta_ave_w, u0)
    case (4, 7)
      call chain(s, [1/4.0_rk, 1/6.0_rk, 3/8.0_rk, 1/2.0_rk, 1.0_rk], dt, eta_ave_w, u0)
    case (5, 9)
      call kgu53(s, dt, eta_ave_w, u0)
    case (8)
      call centred(s, dt, eta_ave_w, u0)
    case (10)
      call imkg254(s, dt, eta_ave_w, u0)
    case default
      error stop 'nonhydrostatic_step: tstep_type must be 1, 4, 5, 7, 8, 9 or 10'
    end select
    layers = u0%layers
    ground = u0%ground
    vn0 = s%vn0
    omega = s%omega
  end subroutine runge_kutta

  ! stages from the start, each with an implicit part as long as itself; the last one's flux counts
  subroutine chain(s, fractions, dt, w, u0)
    type(setting), intent(inout) :: s
    real(rk), intent(in) :: fractions(:), dt, w
    type(air), intent(inout) :: u0
    type(air) :: at
    integer :: k
    at = u0
    do k = 1, size(fractions)
      call balanced_stage(s, fractions(k) * dt, merge(w, 0.0_rk, k == size(fractions)), u0, at)
    end do
    u0 = at
  end subroutine chain

  ! Kinnmark and Gray / Ullrich; type 9 with implicit parts
  subroutine kgu53(s, dt, w, u0)
    type(setting), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(inout) :: u0
    type(air) :: u1, at
    u1 = u0
    call balanced_stage(s, dt / 5, w / 4, u0, u1)
    at = u1
    call balanced_stage(s, dt / 5, 0.0_rk, u0, at)
    call balanced_stage(s, dt / 3, 0.0_rk, u0, at)
    call balanced_stage(s, 2 * dt / 3, 0.0_rk, u0, at)
    if (s%scale2 /= 0) then
      u1%layers = (5 * u1%layers - u0%layers) / 4
      u1%ground = (5 * u1%ground - u0%ground) / 4
      call stage(s, 3 * dt / 4, 3 * w / 4, u1, at)
    else
      call stage(s, 3 * dt / 4, 3 * w / 4, u1, at)
      at%layers = at%layers + (u1%layers - u0%layers) / 4
      at%ground = at%ground + (u1%ground - u0%ground) / 4
      call limit(s, at)
      call add_fast(s, 5 * dt / 18, u0, at)
      call add_fast(s, dt / 36, u1, at)
      call solve(s, 8 * dt / 18, at)
    end if
    u0 = at
  end subroutine kgu53

  subroutine centred(s, dt, w, u0)
    type(setting), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(inout) :: u0
    type(air) :: at
    at = u0
    call balanced_stage(s, dt / 2, 0.0_rk, u0, at)
    call balanced_stage(s, dt / 2, 0.0_rk, u0, at)
    call stage(s, dt, w, u0, at)
    call add_fast(s, 0.49_rk * dt, u0, at)
    call solve(s, 0.51_rk * dt, at)
    u0 = at
  end subroutine centred

  subroutine imkg254(s, dt, w, u0)
    type(setting), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(inout) :: u0
    type(air) :: u1, at
    u1 = u0
    call balanced_stage(s, dt / 4, 0.0_rk, u0, u1)
    at = u1
    call balanced_stage(s, dt / 6, 0.0_rk, u0, at)
    call balanced_stage(s, 3 * dt / 8, 0.0_rk, u0, at)
    call balanced_stage(s, dt / 2, 0.0_rk, u0, at)
    call stage(s, dt, w, u0, at)
    call add_fast(s, imkg_start * dt, u0, at)
    call add_fast(s, imkg_first * dt, u1, at)
    call solve(s, (1 - imkg_start - imkg_first) * dt, at)
    u0 = at
  end subroutine imkg254

  ! at := base + h R(at), then the implicit part over h where there is one
  subroutine balanced_stage(s, h, w, base, at)
    type(setting), intent(inout) :: s
    real(rk), intent(in) :: h, w
    type(air), intent(in) :: base
    type(air), intent(inout) :: at
    call stage(s, h, w, base, at)
    if (s%scale2 == 0) call solve(s, h, at)
  end subroutine balanced_stage

  subroutine stage(s, h, w, base, at)
    type(setting), intent(inout) :: s
    real(rk), intent(in) :: h, w
    type(air), intent(in) :: base
    type(air), intent(inout) :: at
    type(air) :: updated
    allocate(updated%layers, mold=at%layers)
    allocate(updated%ground, mold=at%ground)
    call compute_andor_apply_rhs(s%nlev, s%ne, s%scale2, 1.0_rk, h, w, s%phis, s%gradphis, base%layers, base%ground, &
                                 at%layers, at%ground, updated%layers, updated%ground, s%vn0, s%omega, s%etadot)
    at = updated
  end subroutine stage

  subroutine add_fast(s, h, of, to)
    type(setting), intent(in) :: s
    real(rk), intent(in) :: h
    type(air), intent(in) :: of
    type(air), intent(inout) :: to
    call add_fast_terms(s%nlev, s%ne, h, s%phis, s%gradphis, of%layers, of%ground, to%layers)
  end subroutine add_fast

  subroutine solve(s, h, at)
    type(setting), intent(in) :: s
    real(rk), intent(in) :: h
    type(air), intent(inout) :: at
    call solve_stage(s%nlev, s%ne, h, s%phis, s%gradphis, at%layers)
  end subroutine solve

  subroutine limit(s, at)
    type(setting), intent(in) :: s
    type(air), intent(inout) :: at
    real(rk) :: vtheta_dp(nodes, s%nlev), dp(nodes, s%nlev)
    integer :: e
    do e = 1, s%ne
      vtheta_dp = at%layers(:, theta_mass, :, e)
      dp = at%layers(:, thickness, :, e)
      call limiter_dp3d_k(s%nlev, vtheta_dp, dp)
      at%layers(:, theta_mass, :, e) = vtheta_dp
      at%layers(:, thickness, :, e) = dp
    end do
  end subroutine limit

end module nonhydrostatic_step
