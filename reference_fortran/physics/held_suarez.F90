! Held-Suarez forcing on columns: relaxation to an equilibrium temperature, friction near the ground.
!
! Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2. Arrays are (ncol, nlev), top to bottom.
module held_suarez
  use kinds, only: rk
  implicit none
  private
  public :: held_suarez_forcing

  real(rk), parameter :: day = 86400._rk
  real(rk), parameter :: k_f = 1/day, k_a = 1/(40*day), k_s = 1/(4*day)  ! s-1
  real(rk), parameter :: sigma_b = 0.7_rk

contains

  ! Rates of change [K s-1, m s-2] and the equilibrium temperature [K].
  subroutine held_suarez_forcing(u, v, T, p, sigma, lat, p0, kappa, heating, du, dv, T_eq, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in), dimension(ncol, nlev) :: u, v, T, p, sigma
    real(rk), intent(in) :: lat(ncol), p0, kappa
    real(rk), intent(out), dimension(ncol, nlev) :: heating, du, dv, T_eq
    real(rk) :: depth(ncol), relaxation(ncol)  ! depth: 1 at the ground, 0 at and above sigma_b
    integer :: k
    do k = 1, nlev
      depth = max(0._rk, (sigma(:, k) - sigma_b)/(1 - sigma_b))
      T_eq(:, k) = equilibrium(lat, p(:, k)/p0, kappa)
      relaxation = k_a + (k_s - k_a)*depth*cos(lat)**4
      heating(:, k) = relaxation*(T_eq(:, k) - T(:, k))
      du(:, k) = -k_f*depth*u(:, k)
      dv(:, k) = -k_f*depth*v(:, k)
    end do
  end subroutine held_suarez_forcing

  elemental real(rk) function equilibrium(lat, p_ratio, kappa)
    real(rk), intent(in) :: lat, p_ratio, kappa
    real(rk) :: at_surface_pressure
    at_surface_pressure = 315 - 60*sin(lat)**2 - 10*log(p_ratio)*cos(lat)**2
    equilibrium = max(200._rk, at_surface_pressure*p_ratio**kappa)
  end function equilibrium

end module held_suarez
