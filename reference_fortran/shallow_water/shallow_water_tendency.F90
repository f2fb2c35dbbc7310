! Right-hand side of shallow water in vector-invariant form, and its application followed by assembly.
!
! A state is one array (nodes, 3, ne): u, v, p; p is the geopotential of the thickness less pmean.
!
! Equations: Williamson et al. (1992), doi:10.1016/S0021-9991(05)80016-6
! HOMME: sweqx/advance_mod (compute_and_apply_rhs)
module shallow_water_tendency
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: fcor, spheremp
  use element_operators, only: gradient_slab, divergence_slab, vorticity_slab
  use assembly, only: dss_wk
  use shallow_water_settings
  use shallow_water_viscosity, only: nodes, nfields, add_viscous_tendency
  implicit none
  private
  public :: apply_rhs

contains

  ! updated = DSS(scale * base + h * tendency(state)); a prescribed wind stays that of base
  subroutine apply_rhs(ne, scale, h, ps, base, state, updated)
    integer, intent(in) :: ne
    real(rk), intent(in) :: scale, h, ps(nodes, ne), base(nodes, nfields, ne), state(nodes, nfields, ne)
    real(rk), intent(out) :: updated(nodes, nfields, ne)
    real(rk) :: mass(nodes)
    integer :: c, e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call element_rhs(e, ps(1, e), state(1, 1, e), updated(1, 1, e))
    end do
    if (runge_kutta) call add_viscous_tendency(ne, ps, state, updated)
    !$omp parallel do schedule(static) private(mass, c)
    do e = 1, ne
      mass = reshape(spheremp(:, :, e), [nodes])
      do c = 1, nfields
        updated(:, c, e) = (scale * base(:, c, e) + updated(:, c, e) * h) * mass
      end do
    end do
    call dss_wk(updated, nfields, ne)
    if (prescribed_wind .and. scale /= 0) updated(:, 1:2, :) = base(:, 1:2, :)
  end subroutine apply_rhs

  ! dv/dt = (f + zeta) v_perp - grad(|v|^2 / 2 + p + ps),   dp/dt = -div((pmean + p) v)
  subroutine element_rhs(e, ps, state, tendency)
    integer, intent(in) :: e
    real(rk), intent(in) :: ps(nodes), state(nodes, nfields)
    real(rk), intent(out) :: tendency(nodes, nfields)
    real(rk) :: energy(nodes), gradient(nodes, 2), vorticity(nodes), flux(nodes, 2), divergence(nodes)
    flux(:, 1) = state(:, 1) * (pmean + state(:, 3))
    flux(:, 2) = state(:, 2) * (pmean + state(:, 3))
    call divergence_slab(flux, e, divergence)
    tendency(:, 3) = -divergence
    tendency(:, 1:2) = 0
    if (prescribed_wind) return
    energy = 0.5_rk * (state(:, 1) * state(:, 1) + state(:, 2) * state(:, 2)) + (state(:, 3) + ps)
    call gradient_slab(energy, e, gradient)
    call vorticity_slab(state, e, vorticity)
    vorticity = vorticity + reshape(fcor(:, :, e), [nodes])
    tendency(:, 1) = state(:, 2) * vorticity - gradient(:, 1)
    tendency(:, 2) = -state(:, 1) * vorticity - gradient(:, 2)
  end subroutine element_rhs

end module shallow_water_tendency
