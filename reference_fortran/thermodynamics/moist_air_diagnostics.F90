! Energies, water paths, Richardson number and molecular transport coefficients of moist columns.
!
! Lauritzen et al. (2018), doi:10.1029/2017MS001257; Liu et al. (2010), doi:10.1029/2010JA015586 (transport).
! Mirrors CAM cam_thermo: get_hydrostatic_energy, get_molecular_diff_coef, get_richardson, reference pressures.
module moist_air_diagnostics
  use kinds, only: rk
  use moist_air
  implicit none
  private
  ! Smallest squared shear [m2 s-2] in the Richardson number.
  real(rk), parameter :: shear_floor = 1.0e-4_rk
  public :: column_water, column_energy, richardson_number, molecular_coefficient, reference_thickness

contains

  ! Paths [kg m-2] of vapor (species n_dry+1), and of the species whose weight is 1 (liquid or ice masks).
  subroutine column_water(dp_dry, q, weight, path, ncol, nlev, ns)
    integer, intent(in) :: ncol, nlev, ns
    real(rk), intent(in) :: dp_dry(ncol, nlev), q(ncol, nlev, ns), weight(ns)
    real(rk), intent(out) :: path(ncol)
    real(rk) :: one(ncol)
    integer :: k, l
    path = 0
    do l = n_dry + 1, ns
      one = 0
      do k = 1, nlev
        one = one + q(:, k, l)*dp_dry(:, k)
      end do
      path = path + weight(l)*one
    end do
    path = path/gravity
  end subroutine column_water

  ! Kinetic, thermal and surface-potential energy per area [J m-2], on moist mass.
  subroutine column_energy(T, wind, dp_dry, q, phis, kinetic, thermal, potential, ncol, nlev, ns)
    integer, intent(in) :: ncol, nlev, ns
    real(rk), intent(in) :: T(ncol, nlev), wind(ncol, nlev, 2), dp_dry(ncol, nlev)
    real(rk), intent(in) :: q(ncol, nlev, ns), phis(ncol)
    real(rk), intent(out) :: kinetic(ncol), thermal(ncol), potential(ncol)
    real(rk) :: dp(ncol, nlev), cp(ncol, nlev), ps(ncol)
    integer :: k
    call moist_thickness(dp_dry, q, dp, ncol*nlev, ns)
    call heat_capacity(q, cp, ncol*nlev, ns)
    kinetic = 0
    thermal = 0
    ps = p_top
    do k = 1, nlev
      kinetic = kinetic + 0.5_rk*(wind(:, k, 1)**2 + wind(:, k, 2)**2)*dp(:, k)
      thermal = thermal + cp(:, k)*T(:, k)*dp(:, k)
      ps = ps + dp(:, k)
    end do
    kinetic = kinetic/gravity
    thermal = thermal/gravity
    potential = phis*ps/gravity
  end subroutine column_energy

  ! Gradient Richardson number at interior interfaces from theta (of T, not T_v); zero at both ends.
  subroutine richardson_number(theta, phi, wind, Ri, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in) :: theta(ncol, nlev), phi(ncol, nlev), wind(ncol, nlev, 2)
    real(rk), intent(out) :: Ri(ncol, nlev + 1)
    real(rk) :: shear(ncol)
    integer :: k
    Ri(:, 1) = 0
    Ri(:, nlev + 1) = 0
    do k = 2, nlev
      shear = shear_floor + (wind(:, k - 1, 1) - wind(:, k, 1))**2 + (wind(:, k - 1, 2) - wind(:, k, 2))**2
      Ri(:, k) = (phi(:, k - 1) - phi(:, k))*(theta(:, k - 1) - theta(:, k)) &
               /(0.5_rk*(theta(:, k - 1) + theta(:, k))*shear)
    end do
  end subroutine richardson_number

  ! Mean over molecules of a species coefficient times T**exponent (viscosity or conductivity).
  ! `misplaced_residual`: the mass that the listed gases leave is given to the last of them, as CAM does at
  ! midpoints, instead of to species 0.
  subroutine molecular_coefficient(T, q, coefficient, inverse_molar_mass, exponent, misplaced_residual, value, n, ns, nd)
    integer, intent(in) :: n, ns, nd
    real(rk), intent(in) :: T(n), q(n, ns), coefficient(0:nd), inverse_molar_mass(0:nd), exponent
    logical, intent(in) :: misplaced_residual
    real(rk), intent(out) :: value(n)
    real(rk) :: residual(n), molecules(n)
    integer :: l
    residual = 1
    molecules = 0
    value = 0
    do l = 1, nd
      residual = residual - q(:, l)
      molecules = molecules + inverse_molar_mass(l)*q(:, l)
      if (misplaced_residual .and. l == nd) exit
      value = value + coefficient(l)*inverse_molar_mass(l)*q(:, l)
    end do
    l = merge(nd, 0, misplaced_residual)
    value = value + coefficient(l)*inverse_molar_mass(l)*residual
    value = value/(molecules + inverse_molar_mass(0)*residual)*T**exponent
  end subroutine molecular_coefficient

  ! Thickness of the hybrid layers over the surface pressure of an isothermal atmosphere above phis.
  subroutine reference_thickness(hyai, hybi, phis, R, T_surface, dp_ref, ps_ref, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in) :: hyai(nlev + 1), hybi(nlev + 1), phis(ncol), R, T_surface
    real(rk), intent(out) :: dp_ref(ncol, nlev), ps_ref(ncol)
    integer :: k
    ps_ref = p_reference*exp(-phis/(R*T_surface))
    do k = 1, nlev
      dp_ref(:, k) = (hyai(k + 1) - hyai(k))*p_reference + (hybi(k + 1) - hybi(k))*ps_ref
    end do
  end subroutine reference_thickness

end module moist_air_diagnostics
