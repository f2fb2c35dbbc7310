! Right-hand side of the nonhydrostatic theta-l equations and its application, followed by assembly.
!
! A state is (np, np, 6, nlev, ne): u, v, vtheta_dp, dp3d, and w and phi at the upper interface of each layer; w on the
! ground lies apart (np, np, ne), phi there is phis.
!
! Equations: Taylor et al. (2020), doi:10.1029/2019MS001783
! HOMME: prim_advance_mod:compute_andor_apply_rhs (theta_hydrostatic_mode = .false.)
module nonhydrostatic_tendency
  use kinds, only: rk
  use element_data, only: fcor, spheremp
  use element_operators, only: gradient_slab, vorticity_slab
  use assembly, only: dss_wk
  use eos_columns, only: nonhydrostatic_pressures
  use theta_l_column, only: nodes, vertical_mass_flux, vertical_wind_advection
  use theta_l_limiter, only: limiter_dp3d_k
  use theta_l_settings
  use theta_l_tendency, only: layer_fields => nfields, wind_u, wind_v, theta_mass, thickness, mass_flux_level, &
                              exner_gradient_force, theta_tendency, accumulate_omega, isothermal_reference
  implicit none
  private
  public :: compute_andor_apply_rhs, limit_element, interface_wind, interface_fields
  integer, parameter, public :: nfields = 6, upward = 5, height = 6

contains

  ! updated = DSS(scale3 * base + dt2 * tendency(state)); scale2 = 0 leaves vertical sound out;
  ! vn0, omega, etadot += eta_ave_w * (their value at state)
  subroutine compute_andor_apply_rhs(nlev, ne, scale2, scale3, dt2, eta_ave_w, phis, gradphis, base, base_ground, &
                                     state, ground, updated, updated_ground, vn0, omega, etadot)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: scale2, scale3, dt2, eta_ave_w, phis(nodes, ne), gradphis(nodes, 2, ne)
    real(rk), intent(in), dimension(nodes, nfields, nlev, ne) :: base, state
    real(rk), intent(in), dimension(nodes, ne) :: base_ground, ground
    real(rk), intent(out) :: updated(nodes, nfields, nlev, ne), updated_ground(nodes, ne)
    real(rk), intent(inout) :: vn0(nodes, 2, nlev, ne), omega(nodes, nlev, ne), etadot(nodes, nlev+1, ne)
    real(rk) :: mass(nodes)
    integer :: e, c, k
    !$omp parallel do schedule(static) private(mass, c, k)
    do e = 1, ne
      call element_rhs(nlev, e, scale2, eta_ave_w, phis(1, e), gradphis(1, 1, e), state(1, 1, 1, e), ground(1, e), &
                       updated(1, 1, 1, e), updated_ground(1, e), vn0(1, 1, 1, e), omega(1, 1, e), etadot(1, 1, e))
      mass = reshape(spheremp(:, :, e), [nodes])
      do k = 1, nlev
        do c = 1, nfields
          updated(:, c, k, e) = mass * (scale3 * base(:, c, k, e) + dt2 * updated(:, c, k, e))
        end do
      end do
      updated_ground(:, e) = mass * (scale3 * base_ground(:, e) + dt2 * updated_ground(:, e))
    end do
    call dss_wk(updated, nfields * nlev, ne)
    call dss_wk(updated_ground, 1, ne)
    !$omp parallel do schedule(static)
    do e = 1, ne
      if (dt2 /= 0) call follow_ground(dt2, gradphis(1, 1, e), updated(1, 1, nlev, e), updated_ground(1, e))
      if (scale3 /= 0) call limit_element(nlev, updated(1, 1, 1, e))
    end do
  end subroutine compute_andor_apply_rhs

  ! the pressure that the ground lacks pushes the air on it upwards and along the slope, until it follows the ground
  pure subroutine follow_ground(dt2, gradphis, lowest, ground)
    real(rk), intent(in) :: dt2, gradphis(nodes, 2)
    real(rk), intent(inout) :: lowest(nodes, nfields), ground(nodes)
    real(rk) :: mu(nodes)
    mu = 1 + (((lowest(:, 1) * gradphis(:, 1) + lowest(:, 2) * gradphis(:, 2)) / g - ground) &
              / (g + (gradphis(:, 1)**2 + gradphis(:, 2)**2) / (2 * g))) / dt2
    ground = ground + dt2 * g * (mu - 1)
    lowest(:, 1) = lowest(:, 1) - dt2 * (mu - 1) * gradphis(:, 1) / 2
    lowest(:, 2) = lowest(:, 2) - dt2 * (mu - 1) * gradphis(:, 2) / 2
  end subroutine follow_ground

  subroutine limit_element(nlev, state)
    integer, intent(in) :: nlev
    real(rk), intent(inout) :: state(nodes, nfields, nlev)
    real(rk) :: vtheta_dp(nodes, nlev), dp(nodes, nlev)
    vtheta_dp = state(:, theta_mass, :)
    dp = state(:, thickness, :)
    call limiter_dp3d_k(nlev, vtheta_dp, dp)
    state(:, theta_mass, :) = vtheta_dp
    state(:, thickness, :) = dp
  end subroutine limit_element

  subroutine element_rhs(nlev, e, scale2, eta_ave_w, phis, gradphis, state, ground, tendency, ground_tendency, &
                         vn0, omega, etadot_sum)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: scale2, eta_ave_w, phis(nodes), gradphis(nodes, 2), state(nodes, nfields, nlev), ground(nodes)
    real(rk), intent(out) :: tendency(nodes, nfields, nlev), ground_tendency(nodes)
    real(rk), intent(inout) :: vn0(nodes, 2, nlev), omega(nodes, nlev), etadot_sum(nodes, nlev+1)
    real(rk), dimension(nodes, nlev) :: p, exner, divdp
    real(rk), dimension(nodes, nlev+1) :: w_i, phi_i, p_i, mu
    real(rk), dimension(nodes, 2, nlev+1) :: grad_w, grad_phi
    integer :: k
    call interface_fields(nlev, phis, state, ground, w_i, phi_i)
    call nonhydrostatic_pressures(nodes, nlev, state(:, theta_mass, :), state(:, thickness, :), phi_i, p, exner, p_i, mu)
    do k = 1, nlev + 1
      call gradient_slab(w_i(1, k), e, grad_w(1, 1, k))
      call gradient_slab(phi_i(1, k), e, grad_phi(1, 1, k))
    end do
    do k = 1, nlev
      call mass_flux_level(e, eta_ave_w, state(1, 1, k), vn0(1, 1, k), divdp(1, k))
      call layer_tendency(e, state(1, 1, k), exner(1, k), mu(1, k), w_i(1, k), grad_w(1, 1, k), grad_phi(1, 1, k), &
                          divdp(1, k), tendency(1, 1, k))
    end do
    call interface_tendency(nlev, scale2, gradphis, state, w_i, mu, grad_w, grad_phi, tendency, ground_tendency)
    if (eta_ave_w /= 0) call pressure_velocity(nlev, e, eta_ave_w, state, divdp, omega)
    if (rsplit == 0) call add_vertical_terms(nlev, eta_ave_w, state, exner, mu, w_i, phi_i, divdp, tendency, &
                                             ground_tendency, etadot_sum)
  end subroutine element_rhs

  ! wind, theta and thickness of one layer; arguments at interfaces begin with its upper one
  subroutine layer_tendency(e, state, exner, mu, w_i, grad_w, grad_phi, divdp, tendency)
    integer, intent(in) :: e
    real(rk), intent(in) :: state(nodes, nfields), exner(nodes), mu(nodes, 2), w_i(nodes, 2), divdp(nodes)
    real(rk), intent(in) :: grad_w(nodes, 2, 2), grad_phi(nodes, 2, 2)
    real(rk), intent(inout) :: tendency(nodes, nfields)
    real(rk) :: theta(nodes), grad_theta(nodes, 2)
    theta = state(:, theta_mass) / state(:, thickness)
    if (theta_advect_form /= 0) call gradient_slab(theta, e, grad_theta)
    call momentum_tendency(e, state, theta, grad_theta, exner, mu, w_i, grad_w, grad_phi, tendency)
    call theta_tendency(e, state, theta, grad_theta, divdp, tendency(1, theta_mass))
    tendency(:, thickness) = -divdp
  end subroutine layer_tendency

  subroutine momentum_tendency(e, state, theta, grad_theta, exner, mu, w_i, grad_w, grad_phi, tendency)
    integer, intent(in) :: e
    real(rk), intent(in) :: state(nodes, nfields), theta(nodes), grad_theta(nodes, 2), exner(nodes)
    real(rk), intent(in) :: mu(nodes, 2), w_i(nodes, 2), grad_w(nodes, 2, 2), grad_phi(nodes, 2, 2)
    real(rk), intent(out) :: tendency(nodes, 2)
    real(rk), dimension(nodes) :: absolute_vorticity, energy, coefficient
    real(rk), dimension(nodes, 2) :: grad_energy, force
    integer :: c
    call vorticity_slab(state, e, absolute_vorticity)
    absolute_vorticity = absolute_vorticity + reshape(fcor(:, :, e), [nodes])
    energy = (state(:, 1)**2 + state(:, 2)**2) / 2 + (w_i(:, 1)**2 + w_i(:, 2)**2) / 4
    coefficient = cp * theta
    if (pgrad_correction == 1) then
      energy = energy + cp * isothermal_reference() * log(exner)
      coefficient = cp * (theta - isothermal_reference() / exner)
    end if
    call gradient_slab(energy, e, grad_energy)
    call exner_gradient_force(e, coefficient, theta, grad_theta, exner, force)
    do c = 1, 2
      force(:, c) = force(:, c) + (mu(:, 1) * grad_phi(:, c, 1) + mu(:, 2) * grad_phi(:, c, 2)) / 2 &
                    - (w_i(:, 1) * grad_w(:, c, 1) + w_i(:, 2) * grad_w(:, c, 2)) / 2
    end do
    tendency(:, 1) = state(:, 2) * absolute_vorticity - grad_energy(:, 1) - force(:, 1)
    tendency(:, 2) = -state(:, 1) * absolute_vorticity - grad_energy(:, 2) - force(:, 2)
  end subroutine momentum_tendency

  pure subroutine interface_tendency(nlev, scale2, gradphis, state, w_i, mu, grad_w, grad_phi, tendency, ground_tendency)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: scale2, gradphis(nodes, 2), state(nodes, nfields, nlev)
    real(rk), intent(in), dimension(nodes, nlev+1) :: w_i, mu
    real(rk), intent(in), dimension(nodes, 2, nlev+1) :: grad_w, grad_phi
    real(rk), intent(inout) :: tendency(nodes, nfields, nlev)
    real(rk), intent(out) :: ground_tendency(nodes)
    real(rk) :: wind(nodes, 2, nlev+1)
    integer :: k
    call interface_wind(nlev, state, wind)
    do k = 1, nlev
      tendency(:, upward, k) = -along(wind(:, :, k), grad_w(:, :, k)) - scale2 * g * (1 - mu(:, k))
      tendency(:, height, k) = -along(wind(:, :, k), grad_phi(:, :, k)) + scale2 * g * w_i(:, k) &
                               + (1 - scale2) * along(wind(:, :, k), gradphis) * hybi(k)
    end do
    ground_tendency = -along(wind(:, :, nlev+1), grad_w(:, :, nlev+1)) - g * (1 - mu(:, nlev+1))
  end subroutine interface_tendency

  subroutine pressure_velocity(nlev, e, eta_ave_w, state, divdp, omega)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: eta_ave_w, state(nodes, nfields, nlev), divdp(nodes, nlev)
    real(rk), intent(inout) :: omega(nodes, nlev)
    real(rk) :: p(nodes, nlev), p_i(nodes)
    integer :: k
    p_i = hyai(1) * ps0
    do k = 1, nlev
      p(:, k) = p_i + state(:, thickness, k) / 2
      p_i = p_i + state(:, thickness, k)
    end do
    call accumulate_omega(nlev, e, eta_ave_w, state(:, 1:layer_fields, :), p, divdp, omega)
  end subroutine pressure_velocity

  ! vertically Eulerian (rsplit = 0): transport through the coordinate surfaces
  subroutine add_vertical_terms(nlev, eta_ave_w, state, exner, mu, w_i, phi_i, divdp, tendency, ground_tendency, &
                                etadot_sum)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: eta_ave_w, state(nodes, nfields, nlev), exner(nodes, nlev), divdp(nodes, nlev)
    real(rk), intent(in), dimension(nodes, nlev+1) :: mu, w_i, phi_i
    real(rk), intent(inout) :: tendency(nodes, nfields, nlev), ground_tendency(nodes), etadot_sum(nodes, nlev+1)
    real(rk) :: etadot(nodes, nlev+1), wind_advection(nodes, 2, nlev), step(nodes, nlev), through(nodes, nlev)
    real(rk), dimension(nodes) :: between, above, below
    integer :: k
    call vertical_mass_flux(nlev, divdp, etadot)
    call vertical_wind_advection(nlev, etadot, state(:, 1:layer_fields, :), wind_advection)
    above = 0
    do k = 1, nlev
      through(:, k) = (etadot(:, k) + etadot(:, k+1)) / 2 * (w_i(:, k+1) - w_i(:, k))
      below = 0
      if (k < nlev) then
        step(:, k+1) = (phi_i(:, k+1) + phi_i(:, k+2)) / 2 - (phi_i(:, k) + phi_i(:, k+1)) / 2
        below = -etadot(:, k+1) * mu(:, k+1) * step(:, k+1) / (exner(:, k+1) - exner(:, k)) / cp
      end if
      tendency(:, 1:2, k) = tendency(:, 1:2, k) - wind_advection(:, :, k)
      tendency(:, theta_mass, k) = tendency(:, theta_mass, k) - (below - above)
      tendency(:, thickness, k) = tendency(:, thickness, k) - (etadot(:, k+1) - etadot(:, k))
      above = below
    end do
    tendency(:, upward, 1) = tendency(:, upward, 1) - through(:, 1) / state(:, thickness, 1)
    do k = 2, nlev
      between = (state(:, thickness, k) + state(:, thickness, k-1)) / 2
      tendency(:, upward, k) = tendency(:, upward, k) - (through(:, k-1) + through(:, k)) / 2 / between
      tendency(:, height, k) = tendency(:, height, k) - etadot(:, k) * step(:, k) / between
    end do
    ground_tendency = ground_tendency - through(:, nlev) / state(:, thickness, nlev)
    if (eta_ave_w /= 0) etadot_sum = etadot_sum + eta_ave_w * etadot
  end subroutine add_vertical_terms

  ! w and phi at all interfaces
  pure subroutine interface_fields(nlev, phis, state, ground, w_i, phi_i)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: phis(nodes), state(nodes, nfields, nlev), ground(nodes)
    real(rk), intent(out), dimension(nodes, nlev+1) :: w_i, phi_i
    w_i(:, :nlev) = state(:, upward, :)
    w_i(:, nlev+1) = ground
    phi_i(:, :nlev) = state(:, height, :)
    phi_i(:, nlev+1) = phis
  end subroutine interface_fields

  ! mean of the layers above and below, weighed with their mass
  pure subroutine interface_wind(nlev, state, wind)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: state(nodes, nfields, nlev)
    real(rk), intent(out) :: wind(nodes, 2, nlev+1)
    integer :: k, c
    wind(:, :, 1) = state(:, 1:2, 1)
    wind(:, :, nlev+1) = state(:, 1:2, nlev)
    do k = 2, nlev
      do c = 1, 2
        wind(:, c, k) = (state(:, thickness, k) * state(:, c, k) + state(:, thickness, k-1) * state(:, c, k-1)) &
                        / (state(:, thickness, k) + state(:, thickness, k-1))
      end do
    end do
  end subroutine interface_wind

  pure function along(wind, gradient) result(rate)
    real(rk), intent(in) :: wind(nodes, 2), gradient(nodes, 2)
    real(rk) :: rate(nodes)
    rate = wind(:, 1) * gradient(:, 1) + wind(:, 2) * gradient(:, 2)
  end function along

end module nonhydrostatic_tendency
