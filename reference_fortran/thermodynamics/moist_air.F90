! Thermodynamics of moist air on columns: variable gas constant and heat capacity, dry-mass mixing ratios.
!
! Lauritzen et al. (2018), doi:10.1029/2017MS001257. Mirrors CAM cam_thermo and air_composition.
! Arrays are (ncol, nlev), interfaces (ncol, nlev+1), top to bottom; an element is 16 such columns.
! Species q(:, :, 1:n_dry) are explicit dry gases (the rest of the dry air is species 0), the others water.
module moist_air
  use kinds, only: rk
  implicit none
  private
  integer, parameter :: max_species = 20
  integer, save, public :: n_dry = 0, n_species = 0
  real(rk), save, public :: species_cp(0:max_species) = 0, species_R(0:max_species) = 0
  real(rk), save, public :: gravity = 0, p_reference = 0, p_top = 0
  public :: set_composition, water_sum, dry_gas_constant, dry_heat_capacity, heat_capacity, kappa_of_dry_air
  public :: inverse_heat_capacity, gas_constant
  public :: virtual_factor, moist_thickness, pressures, exner_function, geopotential, layer_enthalpy, dry_density

contains

  ! Species 0 is the dry air itself, or its residual gas when `dry_species` gases are carried explicitly.
  subroutine set_composition(dry_species, cp, R, g, p0, ptop, species)
    integer, intent(in) :: species, dry_species
    real(rk), intent(in) :: cp(0:species), R(0:species), g, p0, ptop
    if (species > max_species) error stop 'moist_air: more species than max_species'
    n_species = species
    n_dry = dry_species
    species_cp(0:species) = cp
    species_R(0:species) = R
    gravity = g
    p_reference = p0
    p_top = ptop
  end subroutine set_composition

  ! Moist over dry mass: one plus the mixing ratios of all water species.
  subroutine water_sum(q, total, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: total(n)
    integer :: l
    total = 1
    do l = n_dry + 1, ns
      total = total + q(:, l)
    end do
  end subroutine water_sum

  subroutine dry_gas_constant(q, R, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: R(n)
    call dry_average(q, species_R, R, n, ns)
  end subroutine dry_gas_constant

  subroutine dry_heat_capacity(q, cp, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: cp(n)
    call dry_average(q, species_cp, cp, n, ns)
  end subroutine dry_heat_capacity

  ! Heat capacity per unit of moist mass.
  subroutine heat_capacity(q, cp, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: cp(n)
    real(rk) :: total(n)
    call per_dry_mass(q, species_cp, cp, n, ns)
    call water_sum(q, total, n, ns)
    cp = cp/total
  end subroutine heat_capacity

  subroutine inverse_heat_capacity(q, inverse, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: inverse(n)
    real(rk) :: cp(n)
    call per_dry_mass(q, species_cp, cp, n, ns)
    call water_sum(q, inverse, n, ns)
    inverse = inverse/cp
  end subroutine inverse_heat_capacity

  ! Gas constant per unit of moist mass.
  subroutine gas_constant(q, R, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: R(n)
    real(rk) :: total(n)
    call per_dry_mass(q, species_R, R, n, ns)
    call water_sum(q, total, n, ns)
    R = R/total
  end subroutine gas_constant

  ! R/cp of the dry part, never of the moist mixture.
  subroutine kappa_of_dry_air(q, kappa, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: kappa(n)
    real(rk) :: cp(n)
    call dry_gas_constant(q, kappa, n, ns)
    call dry_heat_capacity(q, cp, n, ns)
    kappa = kappa/cp
  end subroutine kappa_of_dry_air

  ! Virtual over actual temperature, so that R_dry*T_v = R_moist*T.
  subroutine virtual_factor(q, factor, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns)
    real(rk), intent(out) :: factor(n)
    real(rk) :: R(n), total(n)
    call per_dry_mass(q, species_R, factor, n, ns)
    call dry_gas_constant(q, R, n, ns)
    call water_sum(q, total, n, ns)
    factor = factor/(R*total)
  end subroutine virtual_factor

  subroutine moist_thickness(dp_dry, q, dp, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: dp_dry(n), q(n, ns)
    real(rk), intent(out) :: dp(n)
    call water_sum(q, dp, n, ns)
    dp = dp_dry*dp
  end subroutine moist_thickness

  ! Interface pressures summed downward from the top, and their means at midpoints.
  subroutine pressures(dp, p_i, p, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in) :: dp(ncol, nlev)
    real(rk), intent(out) :: p_i(ncol, nlev + 1), p(ncol, nlev)
    integer :: k
    p_i(:, 1) = p_top
    do k = 1, nlev
      p_i(:, k + 1) = p_i(:, k) + dp(:, k)
      p(:, k) = 0.5_rk*(p_i(:, k) + p_i(:, k + 1))
    end do
  end subroutine pressures

  subroutine exner_function(p, kappa, exner, n)
    integer, intent(in) :: n
    real(rk), intent(in) :: p(n), kappa(n)
    real(rk), intent(out) :: exner(n)
    exner = (p/p_reference)**kappa
  end subroutine exner_function

  ! Hydrostatic integration upward from the surface with dp/p (no logarithms).
  subroutine geopotential(RT_v, dp, p, phis, phi, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in) :: RT_v(ncol, nlev), dp(ncol, nlev), p(ncol, nlev), phis(ncol)
    real(rk), intent(out) :: phi(ncol, nlev)
    real(rk) :: phi_i(ncol), jump(ncol)
    integer :: k
    phi_i = phis
    do k = nlev, 1, -1
      jump = RT_v(:, k)*dp(:, k)/p(:, k)
      phi(:, k) = phi_i + 0.5_rk*jump
      phi_i = phi_i + jump
    end do
  end subroutine geopotential

  ! (cp_dry*dp_dry + sum of cp*mass over water species)*T.
  subroutine layer_enthalpy(T, dp_dry, q, enthalpy, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: T(n), dp_dry(n), q(n, ns)
    real(rk), intent(out) :: enthalpy(n)
    call per_dry_mass(q, species_cp, enthalpy, n, ns)
    enthalpy = enthalpy*dp_dry*T
  end subroutine layer_enthalpy

  ! Density of dry air from its own (dry) pressure.
  subroutine dry_density(T, dp_dry, q, rho, ncol, nlev, ns)
    integer, intent(in) :: ncol, nlev, ns
    real(rk), intent(in) :: T(ncol, nlev), dp_dry(ncol, nlev), q(ncol, nlev, ns)
    real(rk), intent(out) :: rho(ncol, nlev)
    real(rk) :: p_i(ncol, nlev + 1), p(ncol, nlev)
    call pressures(dp_dry, p_i, p, ncol, nlev)
    call dry_gas_constant(q, rho, ncol*nlev, ns)
    rho = p/(rho*T)
  end subroutine dry_density

  ! A species constant summed over dry air and water, per unit of dry mass.
  subroutine per_dry_mass(q, constant, value, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns), constant(0:max_species)
    real(rk), intent(out) :: value(n)
    integer :: l
    call dry_average(q, constant, value, n, ns)
    do l = n_dry + 1, ns
      value = value + constant(l)*q(:, l)
    end do
  end subroutine per_dry_mass

  ! Mass-weighted mean of a species constant over the dry gases; species 0 fills what the others leave.
  subroutine dry_average(q, constant, mean, n, ns)
    integer, intent(in) :: n, ns
    real(rk), intent(in) :: q(n, ns), constant(0:max_species)
    real(rk), intent(out) :: mean(n)
    real(rk) :: residual(n)
    integer :: l
    if (n_dry == 0) then
      mean = constant(0)
      return
    end if
    mean = 0
    residual = 1
    do l = 1, n_dry
      mean = mean + constant(l)*q(:, l)
      residual = residual - q(:, l)
    end do
    mean = mean + constant(0)*residual
  end subroutine dry_average

end module moist_air
