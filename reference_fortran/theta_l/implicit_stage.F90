! The implicit stage of nonhydrostatic theta-l: w in balance with the pressure it makes, by Newton's method.
!
! The 16 columns of an element iterate together. An element that is not done after most_iterations becomes NaN.
!
! HOMME: imex_mod (compute_stage_value_dirk, get_dirk_jacobian, solve_strict_tridiag)
module implicit_stage
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan
  use kinds, only: rk
  use eos_columns, only: nonhydrostatic_pressures, hydrostatic_phi
  use nonhydrostatic_tendency, only: nfields, upward, height, interface_wind, interface_fields
  use theta_l_column, only: nodes
  use theta_l_settings, only: g, kappa, hybi
  use theta_l_tendency, only: theta_mass, thickness
  implicit none
  private
  public :: add_fast_terms, solve_stage
  integer, parameter :: most_iterations = 20
  real(rk), parameter :: tolerance = merge(1.0e-11_rk, 1.0e-4_rk, rk == kind(1.0d0))

contains

  ! state + h N(at): w + h g (mu - 1), phi + h (g w - B u . grad phis)
  subroutine add_fast_terms(nlev, ne, h, phis, gradphis, at, ground, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: h, phis(nodes, ne), gradphis(nodes, 2, ne), at(nodes, nfields, nlev, ne), ground(nodes, ne)
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    real(rk) :: p(nodes, nlev), mu(nodes, nlev+1), climb(nodes, nlev), w_i(nodes, nlev+1), phi_i(nodes, nlev+1)
    integer :: e
    !$omp parallel do schedule(static) private(p, mu, climb, w_i, phi_i)
    do e = 1, ne
      call interface_fields(nlev, phis(1, e), at(1, 1, 1, e), ground(1, e), w_i, phi_i)
      call pressure(nlev, at(1, 1, 1, e), phi_i, p, mu)
      call climb_of_levels(nlev, gradphis(1, 1, e), at(1, 1, 1, e), climb)
      state(:, upward, :, e) = state(:, upward, :, e) + h * g * (mu(:, :nlev) - 1)
      state(:, height, :, e) = state(:, height, :, e) + h * (g * w_i(:, :nlev) - climb)
    end do
  end subroutine add_fast_terms

  ! the u with u - h N(u) = state
  subroutine solve_stage(nlev, ne, h, phis, gradphis, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: h, phis(nodes, ne), gradphis(nodes, 2, ne)
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call solve_element(nlev, h, phis(1, e), gradphis(1, 1, e), state(1, 1, 1, e))
    end do
  end subroutine solve_stage

  subroutine solve_element(nlev, h, phis, gradphis, state)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: h, phis(nodes), gradphis(nodes, 2)
    real(rk), intent(inout) :: state(nodes, nfields, nlev)
    real(rk), dimension(nodes, nlev) :: w, w_rhs, phi_rhs, climb, step, residual
    real(rk), dimension(nodes, nlev+1) :: phi_i, mu
    real(rk) :: p(nodes, nlev), scale
    integer :: iteration
    call climb_of_levels(nlev, gradphis, state, climb)
    w_rhs = state(:, upward, :)
    phi_rhs = state(:, height, :) - h * climb
    scale = max(1.0_rk, maxval(abs(w_rhs)))
    call hydrostatic_start(nlev, phis, state, phi_i)
    w = (phi_i(:, :nlev) - phi_rhs) / (h * g)
    do iteration = 1, most_iterations
      phi_i(:, :nlev) = phi_rhs + h * g * w
      phi_i(:, nlev+1) = phis
      call pressure(nlev, state, phi_i, p, mu)
      residual = w - (w_rhs + g * h * (mu(:, :nlev) - 1))
      call newton_step(nlev, h, state(:, thickness, :), p, phi_i, residual, step)
      call shorten(nlev, h, phi_i, step, w)
      if (maxval(abs(step)) < tolerance * scale) exit
    end do
    if (.not. maxval(abs(step)) < tolerance * scale) w = ieee_value(w, ieee_quiet_nan)
    state(:, upward, :) = w
    state(:, height, :) = phi_rhs + h * g * w
  end subroutine solve_element

  ! geopotential in hydrostatic balance, layers at least g thick
  subroutine hydrostatic_start(nlev, phis, state, phi_i)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: phis(nodes), state(nodes, nfields, nlev)
    real(rk), intent(out) :: phi_i(nodes, nlev+1)
    real(rk) :: thick(nodes, nlev)
    integer :: k
    call hydrostatic_phi(nodes, nlev, phis, state(:, theta_mass, :), state(:, thickness, :), phi_i)
    thick = max(phi_i(:, :nlev) - phi_i(:, 2:), g)
    do k = nlev, 1, -1
      phi_i(:, k) = phi_i(:, k+1) + thick(:, k)
    end do
  end subroutine hydrostatic_start

  ! -J^-1 residual, J tridiagonal: w at an interface feels the layers that it parts, whose pressure falls as they grow
  pure subroutine newton_step(nlev, h, dp, p, phi_i, residual, step)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: h, dp(nodes, nlev), p(nodes, nlev), phi_i(nodes, nlev+1), residual(nodes, nlev)
    real(rk), intent(out) :: step(nodes, nlev)
    real(rk), dimension(nodes) :: per_mass, lower, upper, above, here, pivot
    real(rk) :: ratio(nodes, nlev)
    integer :: k
    lower = 0
    above = 0
    do k = 1, nlev
      here = (h * g)**2 / (1 - kappa) * p(:, k) / (phi_i(:, k+1) - phi_i(:, k))
      if (k == 1) then
        upper = 2 * here / dp(:, 1)
        pivot = 1 - upper
        step(:, 1) = -residual(:, 1) / pivot
      else
        per_mass = (dp(:, k-1) + dp(:, k)) / 2
        lower = above / per_mass
        upper = here / per_mass
        pivot = 1 - lower - upper - lower * ratio(:, k-1)
        step(:, k) = (-residual(:, k) - lower * step(:, k-1)) / pivot
      end if
      ratio(:, k) = upper / pivot
      above = here
    end do
    do k = nlev - 1, 1, -1
      step(:, k) = step(:, k) - ratio(:, k) * step(:, k+1)
    end do
  end subroutine newton_step

  ! w + step, or half the part of it that closes the first layer of a column that it would turn inside out
  pure subroutine shorten(nlev, h, phi_i, step, w)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: h, phi_i(nodes, nlev+1), step(nodes, nlev)
    real(rk), intent(inout) :: w(nodes, nlev)
    real(rk) :: before(nlev), change(nlev), part
    integer :: n, k
    do n = 1, nodes
      before = phi_i(n, 2:) - phi_i(n, :nlev)
      change(:nlev-1) = h * g * (step(n, 2:) - step(n, :nlev-1))
      change(nlev) = -h * g * step(n, nlev)
      part = 1
      if (any(before + change >= 0)) then
        do k = 1, nlev
          if (change(k) /= 0) then
            if (-before(k) / change(k) >= 0) part = min(part, -before(k) / change(k))
          end if
        end do
        part = part / 2
      end if
      w(n, :) = w(n, :) + part * step(n, :)
    end do
  end subroutine shorten

  subroutine pressure(nlev, state, phi_i, p, mu)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: state(nodes, nfields, nlev), phi_i(nodes, nlev+1)
    real(rk), intent(out) :: p(nodes, nlev), mu(nodes, nlev+1)
    real(rk) :: exner(nodes, nlev), p_i(nodes, nlev+1)
    call nonhydrostatic_pressures(nodes, nlev, state(:, theta_mass, :), state(:, thickness, :), phi_i, p, exner, p_i, mu)
  end subroutine pressure

  ! B u . grad phis at the upper interface of each layer
  pure subroutine climb_of_levels(nlev, gradphis, state, climb)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: gradphis(nodes, 2), state(nodes, nfields, nlev)
    real(rk), intent(out) :: climb(nodes, nlev)
    real(rk) :: wind(nodes, 2, nlev+1)
    integer :: k
    call interface_wind(nlev, state, wind)
    climb(:, 1) = 0
    do k = 2, nlev
      climb(:, k) = (wind(:, 1, k) * gradphis(:, 1) + wind(:, 2, k) * gradphis(:, 2)) * hybi(k)
    end do
  end subroutine climb_of_levels

end module implicit_stage
