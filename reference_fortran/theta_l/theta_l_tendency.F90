! Right-hand side of the hydrostatic theta-l equations and its application, followed by assembly.
!
! A state is one array (np, np, 4, nlev, ne): u, v, vtheta_dp, dp3d; one assembly moves it as a whole.
! Gradients are linear, so the ones that enter with coefficient one (kinetic energy, geopotential,
! reference part of the pressure gradient) are taken of their sum.
!
! Equations: Taylor et al. (2020), doi:10.1029/2019MS001783
! HOMME: prim_advance_mod:compute_andor_apply_rhs (theta_hydrostatic_mode = .true.)
module theta_l_tendency
  use kinds, only: rk
  use element_data, only: fcor, spheremp
  use element_operators, only: gradient_slab, divergence_slab, vorticity_slab
  use assembly, only: dss_wk
  use theta_l_column
  use theta_l_limiter, only: limiter_dp3d_k
  use theta_l_settings
  implicit none
  private
  public :: compute_andor_apply_rhs
  public :: mass_flux_level, exner_gradient_force, theta_tendency, accumulate_omega, isothermal_reference
  integer, parameter, public :: nfields = 4, wind_u = 1, wind_v = 2, theta_mass = 3, thickness = 4

contains

  ! updated = DSS(scale3 * base + dt2 * tendency(state)); vn0, omega, etadot += eta_ave_w * (their value at state)
  subroutine compute_andor_apply_rhs(nlev, ne, scale3, dt2, eta_ave_w, phis, base, state, updated, vn0, omega, etadot)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: scale3, dt2, eta_ave_w
    real(rk), intent(in) :: phis(nodes, ne), base(nodes, nfields, nlev, ne), state(nodes, nfields, nlev, ne)
    real(rk), intent(out) :: updated(nodes, nfields, nlev, ne)
    real(rk), intent(inout) :: vn0(nodes, 2, nlev, ne), omega(nodes, nlev, ne), etadot(nodes, nlev+1, ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call element_rhs(nlev, e, eta_ave_w, phis(1, e), state(1, 1, 1, e), updated(1, 1, 1, e), &
                       vn0(1, 1, 1, e), omega(1, 1, e), etadot(1, 1, e))
      call apply_element(nlev, e, scale3, dt2, base(1, 1, 1, e), updated(1, 1, 1, e))
    end do
    call dss_wk(updated, nfields * nlev, ne)
    if (scale3 /= 0) call limit_elements(nlev, ne, updated)
  end subroutine compute_andor_apply_rhs

  subroutine limit_elements(nlev, ne, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    real(rk) :: vtheta_dp(nodes, nlev), dp(nodes, nlev)
    integer :: e
    !$omp parallel do schedule(static) private(vtheta_dp, dp)
    do e = 1, ne
      vtheta_dp = state(:, theta_mass, :, e)
      dp = state(:, thickness, :, e)
      call limiter_dp3d_k(nlev, vtheta_dp, dp)
      state(:, theta_mass, :, e) = vtheta_dp
      state(:, thickness, :, e) = dp
    end do
  end subroutine limit_elements

  ! tendency := M * (scale3 * base + dt2 * tendency)
  pure subroutine apply_element(nlev, e, scale3, dt2, base, tendency)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: scale3, dt2, base(nodes, nfields, nlev)
    real(rk), intent(inout) :: tendency(nodes, nfields, nlev)
    real(rk) :: mass(nodes)
    integer :: c, k
    mass = reshape(spheremp(:, :, e), [nodes])
    do k = 1, nlev
      do c = 1, nfields
        tendency(:, c, k) = mass * (scale3 * base(:, c, k) + dt2 * tendency(:, c, k))
      end do
    end do
  end subroutine apply_element

  ! tendencies of one element; here the column integrals meet the horizontal terms
  subroutine element_rhs(nlev, e, eta_ave_w, phis, state, tendency, vn0, omega, etadot_sum)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: eta_ave_w, phis(nodes), state(nodes, nfields, nlev)
    real(rk), intent(out) :: tendency(nodes, nfields, nlev)
    real(rk), intent(inout) :: vn0(nodes, 2, nlev), omega(nodes, nlev), etadot_sum(nodes, nlev+1)
    real(rk), dimension(nodes, nlev) :: p, log_exner, exner, divdp
    real(rk) :: phi_i(nodes, nlev+1)
    integer :: k
    call hydrostatic_column(nlev, phis, state(:, theta_mass, :), state(:, thickness, :), p, log_exner, exner, phi_i)
    do k = 1, nlev
      call mass_flux_level(e, eta_ave_w, state(1, 1, k), vn0(1, 1, k), divdp(1, k))
      call level_tendency(e, state(1, 1, k), exner(1, k), log_exner(1, k), phi_i(1, k), divdp(1, k), tendency(1, 1, k))
    end do
    if (eta_ave_w /= 0) call accumulate_omega(nlev, e, eta_ave_w, state, p, divdp, omega)
    if (rsplit == 0) call add_vertical_terms(nlev, eta_ave_w, state, exner, phi_i, divdp, tendency, etadot_sum)
  end subroutine element_rhs

  subroutine mass_flux_level(e, eta_ave_w, state, vn0, divdp)
    integer, intent(in) :: e
    real(rk), intent(in) :: eta_ave_w, state(nodes, nfields)
    real(rk), intent(inout) :: vn0(nodes, 2)
    real(rk), intent(out) :: divdp(nodes)
    real(rk) :: flux(nodes, 2)
    flux(:, 1) = state(:, wind_u) * state(:, thickness)
    flux(:, 2) = state(:, wind_v) * state(:, thickness)
    call divergence_slab(flux, e, divdp)
    if (eta_ave_w /= 0) vn0 = vn0 + eta_ave_w * flux
  end subroutine mass_flux_level

  ! horizontal terms of one level, in the order of the equations
  subroutine level_tendency(e, state, exner, log_exner, phi_i, divdp, tendency)
    integer, intent(in) :: e
    real(rk), intent(in) :: state(nodes, nfields), exner(nodes), log_exner(nodes), phi_i(nodes, 2), divdp(nodes)
    real(rk), intent(out) :: tendency(nodes, nfields)
    real(rk) :: theta(nodes), grad_theta(nodes, 2)
    theta = state(:, theta_mass) / state(:, thickness)
    if (theta_advect_form /= 0) call gradient_slab(theta, e, grad_theta)
    call momentum_tendency(e, state, theta, grad_theta, exner, log_exner, phi_i, tendency)
    call theta_tendency(e, state, theta, grad_theta, divdp, tendency(1, theta_mass))
    tendency(:, thickness) = -divdp
  end subroutine level_tendency

  ! du/dt = (zeta + f) u_perp - grad(|u|^2 / 2 + phi [+ Cp T0 log Pi]) - Cp (theta [- T0 / Pi]) grad Pi
  subroutine momentum_tendency(e, state, theta, grad_theta, exner, log_exner, phi_i, tendency)
    integer, intent(in) :: e
    real(rk), intent(in) :: state(nodes, nfields), theta(nodes), grad_theta(nodes, 2), exner(nodes), log_exner(nodes)
    real(rk), intent(in) :: phi_i(nodes, 2)
    real(rk), intent(out) :: tendency(nodes, 2)
    real(rk), dimension(nodes) :: absolute_vorticity, energy, coefficient
    real(rk), dimension(nodes, 2) :: grad_energy, pressure_gradient
    call vorticity_slab(state, e, absolute_vorticity)
    absolute_vorticity = absolute_vorticity + reshape(fcor(:, :, e), [nodes])
    energy = (state(:, 1) * state(:, 1) + state(:, 2) * state(:, 2)) / 2 + (phi_i(:, 1) + phi_i(:, 2)) / 2
    coefficient = cp * theta
    if (pgrad_correction == 1) then
      energy = energy + cp * isothermal_reference() * log_exner
      coefficient = cp * (theta - isothermal_reference() / exner)
    end if
    call gradient_slab(energy, e, grad_energy)
    call exner_gradient_force(e, coefficient, theta, grad_theta, exner, pressure_gradient)
    tendency(:, 1) = state(:, 2) * absolute_vorticity - grad_energy(:, 1) - pressure_gradient(:, 1)
    tendency(:, 2) = -state(:, 1) * absolute_vorticity - grad_energy(:, 2) - pressure_gradient(:, 2)
  end subroutine momentum_tendency

  ! coefficient * grad Pi, or the mean of that and Cp (grad(theta Pi) - Pi grad theta) in the split form
  subroutine exner_gradient_force(e, coefficient, theta, grad_theta, exner, force)
    integer, intent(in) :: e
    real(rk), intent(in) :: coefficient(nodes), theta(nodes), grad_theta(nodes, 2), exner(nodes)
    real(rk), intent(out) :: force(nodes, 2)
    real(rk) :: grad(nodes, 2)
    integer :: c
    call gradient_slab(exner, e, grad)
    do c = 1, 2
      force(:, c) = coefficient * grad(:, c)
    end do
    if (theta_advect_form /= 2) return
    call gradient_slab(theta * exner, e, grad)
    do c = 1, 2
      force(:, c) = (force(:, c) + cp * (grad(:, c) - exner * grad_theta(:, c))) / 2
    end do
  end subroutine exner_gradient_force

  ! dTheta/dt = -div(Theta u): flux form (0), advective form (1) or their mean (2)
  subroutine theta_tendency(e, state, theta, grad_theta, divdp, tendency)
    integer, intent(in) :: e
    real(rk), intent(in) :: state(nodes, nfields), theta(nodes), grad_theta(nodes, 2), divdp(nodes)
    real(rk), intent(out) :: tendency(nodes)
    real(rk) :: flux(nodes, 2), advective(nodes)
    if (theta_advect_form /= 0) then
      advective = theta * divdp + state(:, thickness) * &
                  (state(:, 1) * grad_theta(:, 1) + state(:, 2) * grad_theta(:, 2))
      tendency = -advective
      if (theta_advect_form == 1) return
    end if
    flux(:, 1) = state(:, 1) * state(:, theta_mass)
    flux(:, 2) = state(:, 2) * state(:, theta_mass)
    call divergence_slab(flux, e, tendency)
    tendency = -tendency
    if (theta_advect_form == 2) tendency = (tendency - advective) / 2
  end subroutine theta_tendency

  subroutine accumulate_omega(nlev, e, eta_ave_w, state, p, divdp, omega)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: eta_ave_w, state(nodes, nfields, nlev), p(nodes, nlev), divdp(nodes, nlev)
    real(rk), intent(inout) :: omega(nodes, nlev)
    real(rk) :: value(nodes, nlev), grad_p(nodes, 2)
    integer :: k
    do k = 1, nlev
      call gradient_slab(p(1, k), e, grad_p)
      value(:, k) = state(:, 1, k) * grad_p(:, 1) + state(:, 2, k) * grad_p(:, 2)
    end do
    call omega_column(nlev, divdp, value)
    omega = omega + eta_ave_w * value
  end subroutine accumulate_omega

  ! vertically Eulerian (rsplit = 0): transport through the coordinate surfaces
  subroutine add_vertical_terms(nlev, eta_ave_w, state, exner, phi_i, divdp, tendency, etadot_sum)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: eta_ave_w, state(nodes, nfields, nlev), exner(nodes, nlev), phi_i(nodes, nlev+1)
    real(rk), intent(in) :: divdp(nodes, nlev)
    real(rk), intent(inout) :: tendency(nodes, nfields, nlev), etadot_sum(nodes, nlev+1)
    real(rk) :: etadot(nodes, nlev+1), wind_advection(nodes, 2, nlev), theta_advection(nodes, nlev)
    integer :: k
    call vertical_mass_flux(nlev, divdp, etadot)
    call vertical_wind_advection(nlev, etadot, state, wind_advection)
    call vertical_theta_advection(nlev, etadot, phi_i, exner, theta_advection)
    do k = 1, nlev
      tendency(:, 1:2, k) = tendency(:, 1:2, k) - wind_advection(:, :, k)
      tendency(:, theta_mass, k) = tendency(:, theta_mass, k) - theta_advection(:, k)
      tendency(:, thickness, k) = tendency(:, thickness, k) - (etadot(:, k+1) - etadot(:, k))
    end do
    if (eta_ave_w /= 0) etadot_sum = etadot_sum + eta_ave_w * etadot
  end subroutine add_vertical_terms

  ! T0 of the reference profile theta0 = T0 / Pi + T1, T1 = lapse rate * TREF * Cp / g
  pure real(rk) function isothermal_reference()
    isothermal_reference = tref - tref_lapse_rate * tref * cp / g
  end function isothermal_reference

end module theta_l_tendency
