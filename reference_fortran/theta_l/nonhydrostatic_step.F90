! One step of the nonhydrostatic theta-l equations: Runge-Kutta stages, with implicit vertical sound from type 7 on, then
! hyperviscosity.
!
! HOMME: prim_advance_mod:prim_advance_exp
module nonhydrostatic_step
  use kinds, only: rk
  use implicit_stage, only: add_fast_terms, solve_stage
  use nonhydrostatic_air
  use nonhydrostatic_tendency, only: compute_andor_apply_rhs, limit_element, nfields
  use theta_l_hypervis, only: diffuse, damp_top
  use physical_viscosity, only: spread_air
  use theta_l_settings, only: tstep_type, nu, mu
  implicit none
  private
  public :: prim_advance_exp, runge_kutta, advance_hypervis
  real(rk), parameter :: imkg_start = 0.24362_rk, imkg_first = 0.34184_rk
  type(air) :: u1, at, spare  ! the first stage, the one that is reached, room for the next

contains

  ! Runge-Kutta, then hyperviscosity and physical viscosity; sums grow by eta_ave_w times the means of the step
  subroutine prim_advance_exp(s, dt, eta_ave_w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: dt, eta_ave_w
    type(air), intent(inout) :: u0
    call runge_kutta(s, dt, eta_ave_w, u0)
    if (nu > 0) call advance_hypervis(s, dt, eta_ave_w, u0)
    if (mu > 0) call spread_air(s%nlev, s%ne, dt, s%gradphis, u0%layers, u0%ground)
  end subroutine prim_advance_exp

  ! w on the ground is set before the sponge, and not after it
  subroutine advance_hypervis(s, dt, eta_ave_w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: dt, eta_ave_w
    type(air), intent(inout) :: u0
    call diffuse(nfields, s%nlev, s%ne, dt, eta_ave_w, u0%layers, s%dpdiss_ave, s%dpdiss_biharmonic)
    call set_ground(s, u0)
    call damp_top(nfields, s%nlev, s%ne, dt, u0%layers)
  end subroutine advance_hypervis

  ! the stages alone; w on the ground is set at first
  subroutine runge_kutta(s, dt, w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(inout) :: u0
    call make_air(s%nlev, s%ne, u1)
    call make_air(s%nlev, s%ne, at)
    call make_air(s%nlev, s%ne, spare)
    call set_ground(s, u0)
    call copy(u0, at)
    select case (tstep_type)
    case (1)
      call chain(s, [1/2.0_rk, 1.0_rk], dt, w, u0)
    case (4, 7)
      call chain(s, [1/4.0_rk, 1/6.0_rk, 3/8.0_rk, 1/2.0_rk, 1.0_rk], dt, w, u0)
    case (5, 9)
      call kgu53(s, dt, w, u0)
    case (8)
      call centred(s, dt, w, u0)
    case (10)
      call imkg254(s, dt, w, u0)
    case default
      error stop 'nonhydrostatic_step: tstep_type must be 1, 4, 5, 7, 8, 9 or 10'
    end select
    call exchange(u0, at)
  end subroutine runge_kutta

  ! whether vertical sound is left to implicit parts
  pure logical function implicit()
    implicit = tstep_type >= 7
  end function implicit

  ! stages from the start, each with an implicit part as long as itself; the last one's flux counts
  subroutine chain(s, fractions, dt, w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: fractions(:), dt, w
    type(air), intent(in) :: u0
    integer :: k
    do k = 1, size(fractions)
      call balanced_stage(s, fractions(k) * dt, merge(w, 0.0_rk, k == size(fractions)), u0)
    end do
  end subroutine chain

  ! Kinnmark and Gray / Ullrich; type 9 with implicit parts
  subroutine kgu53(s, dt, w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(in) :: u0
    call balanced_stage(s, dt / 5, w / 4, u0)
    call copy(at, u1)
    call balanced_stage(s, dt / 5, 0.0_rk, u0)
    call balanced_stage(s, dt / 3, 0.0_rk, u0)
    call balanced_stage(s, 2 * dt / 3, 0.0_rk, u0)
    if (.not. implicit()) then
      call extrapolate(u0, u1)
      call stage(s, 3 * dt / 4, 3 * w / 4, u1)
    else
      call stage(s, 3 * dt / 4, 3 * w / 4, u1)
      call add_part(u0, u1, at)
      call limit(s)
      call add_fast(s, 5 * dt / 18, u0)
      call add_fast(s, dt / 36, u1)
      call solve(s, 8 * dt / 18)
    end if
  end subroutine kgu53

  subroutine centred(s, dt, w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(in) :: u0
    call balanced_stage(s, dt / 2, 0.0_rk, u0)
    call balanced_stage(s, dt / 2, 0.0_rk, u0)
    call stage(s, dt, w, u0)
    call add_fast(s, 0.49_rk * dt, u0)
    call solve(s, 0.51_rk * dt)
  end subroutine centred

  subroutine imkg254(s, dt, w, u0)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: dt, w
    type(air), intent(in) :: u0
    call balanced_stage(s, dt / 4, 0.0_rk, u0)
    call copy(at, u1)
    call balanced_stage(s, dt / 6, 0.0_rk, u0)
    call balanced_stage(s, 3 * dt / 8, 0.0_rk, u0)
    call balanced_stage(s, dt / 2, 0.0_rk, u0)
    call stage(s, dt, w, u0)
    call add_fast(s, imkg_start * dt, u0)
    call add_fast(s, imkg_first * dt, u1)
    call solve(s, (1 - imkg_start - imkg_first) * dt)
  end subroutine imkg254

  ! at := base + h R(at), then the implicit part over h where there is one
  subroutine balanced_stage(s, h, w, base)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: h, w
    type(air), intent(in) :: base
    call stage(s, h, w, base)
    if (implicit()) call solve(s, h)
  end subroutine balanced_stage

  subroutine stage(s, h, w, base)
    type(surroundings), intent(inout) :: s
    real(rk), intent(in) :: h, w
    type(air), intent(in) :: base
    real(rk) :: fast
    fast = merge(0.0_rk, 1.0_rk, implicit())
    call compute_andor_apply_rhs(s%nlev, s%ne, fast, 1.0_rk, h, w, s%phis, s%gradphis, base%layers, base%ground, &
                                 at%layers, at%ground, spare%layers, spare%ground, s%vn0, s%omega, s%etadot)
    call exchange(at, spare)
  end subroutine stage

  ! at := at + h N(of)
  subroutine add_fast(s, h, of)
    type(surroundings), intent(in) :: s
    real(rk), intent(in) :: h
    type(air), intent(in) :: of
    call add_fast_terms(s%nlev, s%ne, h, s%phis, s%gradphis, of%layers, of%ground, at%layers)
  end subroutine add_fast

  subroutine solve(s, h)
    type(surroundings), intent(in) :: s
    real(rk), intent(in) :: h
    call solve_stage(s%nlev, s%ne, h, s%phis, s%gradphis, at%layers)
  end subroutine solve

  subroutine limit(s)
    type(surroundings), intent(in) :: s
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, s%ne
      call limit_element(s%nlev, at%layers(1, 1, 1, e))
    end do
  end subroutine limit

end module nonhydrostatic_step
