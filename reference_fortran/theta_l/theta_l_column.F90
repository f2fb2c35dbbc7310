! Vertical sums in the columns of one element: pressure, Exner function, geopotential, omega, vertical mass flux.
! The 16 nodes of an element are one index here, so that each statement is one vector operation.
!
! HOMME: eos:pnh_and_exner_from_eos (hydrostatic branch), prim_advance_mod:compute_andor_apply_rhs (vertical integrals)
module theta_l_column
  use kinds, only: rk
  use dimensions, only: np
  use theta_l_settings, only: rgas, cp, kappa, p0, ps0, hyai, hybi
  implicit none
  private
  public :: hydrostatic_column, omega_column, vertical_mass_flux, vertical_theta_advection, vertical_wind_advection
  integer, parameter, public :: nodes = np * np

contains

  ! pi_i = A_1 ps0 + sum of dp;  p = pi_i + dp / 2;  Pi = (p / p0)^kappa;  d phi = - R Theta Pi / p
  pure subroutine hydrostatic_column(nlev, phis, vtheta_dp, dp, p, log_exner, exner, phi_i)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: phis(nodes), vtheta_dp(nodes, nlev), dp(nodes, nlev)
    real(rk), intent(out) :: p(nodes, nlev), log_exner(nodes, nlev), exner(nodes, nlev), phi_i(nodes, nlev+1)
    real(rk) :: p_i(nodes)
    integer :: k
    p_i = hyai(1) * ps0
    do k = 1, nlev
      p(:, k) = p_i + dp(:, k) / 2
      p_i = p_i + dp(:, k)
      log_exner(:, k) = kappa * log(p(:, k) / p0)
      exner(:, k) = exp(log_exner(:, k))
    end do
    phi_i(:, nlev+1) = phis
    do k = nlev, 1, -1
      phi_i(:, k) = phi_i(:, k+1) + rgas * vtheta_dp(:, k) * exner(:, k) / p(:, k)
    end do
  end subroutine hydrostatic_column

  ! omega = u . grad p - sum of div(dp u) above the middle of the layer; enters with u . grad p in omega
  pure subroutine omega_column(nlev, divdp, omega)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: divdp(nodes, nlev)
    real(rk), intent(inout) :: omega(nodes, nlev)
    real(rk) :: above(nodes), below(nodes)
    integer :: k
    above = 0
    do k = 1, nlev
      below = above + divdp(:, k)
      omega(:, k) = omega(:, k) - (above + below) / 2
      above = below
    end do
  end subroutine omega_column

  ! etadot dp/deta at interfaces = B_i * (sum over the column) - (sum above)
  pure subroutine vertical_mass_flux(nlev, divdp, etadot)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: divdp(nodes, nlev)
    real(rk), intent(out) :: etadot(nodes, nlev+1)
    real(rk) :: total(nodes)
    integer :: k
    etadot(:, 1) = 0
    do k = 1, nlev
      etadot(:, k+1) = etadot(:, k) + divdp(:, k)
    end do
    total = etadot(:, nlev+1)
    do k = 1, nlev - 1
      etadot(:, k+1) = hybi(k+1) * total - etadot(:, k+1)
    end do
    etadot(:, nlev+1) = 0
  end subroutine vertical_mass_flux

  ! difference of etadot * theta_i over a layer, theta_i = - (phi_k - phi_{k-1}) / (Pi_k - Pi_{k-1}) / Cp
  pure subroutine vertical_theta_advection(nlev, etadot, phi_i, exner, advection)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: etadot(nodes, nlev+1), phi_i(nodes, nlev+1), exner(nodes, nlev)
    real(rk), intent(out) :: advection(nodes, nlev)
    real(rk) :: flux_above(nodes), flux_below(nodes), phi_difference(nodes)
    integer :: k
    flux_above = 0
    do k = 1, nlev
      flux_below = 0
      if (k < nlev) then
        phi_difference = (phi_i(:, k+1) + phi_i(:, k+2)) / 2 - (phi_i(:, k) + phi_i(:, k+1)) / 2
        flux_below = -etadot(:, k+1) * phi_difference / (exner(:, k+1) - exner(:, k)) / cp
      end if
      advection(:, k) = flux_below - flux_above
      flux_above = flux_below
    end do
  end subroutine vertical_theta_advection

  ! centred: (etadot_{k+1} (u_{k+1} - u_k) + etadot_k (u_k - u_{k-1})) / (2 dp_k)
  pure subroutine vertical_wind_advection(nlev, etadot, state, advection)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: etadot(nodes, nlev+1), state(nodes, 4, nlev)
    real(rk), intent(out) :: advection(nodes, 2, nlev)
    real(rk) :: above(nodes), below(nodes)
    integer :: k, c
    do k = 1, nlev
      above = etadot(:, k) / (2 * state(:, 4, k))
      below = etadot(:, k+1) / (2 * state(:, 4, k))
      do c = 1, 2
        advection(:, c, k) = 0
        if (k < nlev) advection(:, c, k) = below * (state(:, c, k+1) - state(:, c, k))
        if (k > 1) advection(:, c, k) = advection(:, c, k) + above * (state(:, c, k) - state(:, c, k-1))
      end do
    end do
  end subroutine vertical_wind_advection

end module theta_l_column
