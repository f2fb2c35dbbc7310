! Terminator chemistry: Cl2 -> 2 Cl in sunlight at the rate k1, 2 Cl -> Cl2 everywhere at the rate k2.
!
! Lauritzen et al. (2015), doi:10.5194/gmd-8-1299-2015. With y = Cl + r, r = k1/(4 k2), d**2 = r**2 + 2 r total:
! dy/dt = -2 k2 (y**2 - d**2), a Riccati equation, here by its solution with tanh.
module terminator_chemistry
  use kinds, only: rk
  implicit none
  private
  public :: terminator_source

  real(rk), parameter :: k2 = 1._rk, total = 4e-6_rk  ! s-1; Cl + 2 Cl2
  real(rk), parameter :: degree = acos(-1._rk)/180
  real(rk), parameter :: sun_lat = 20*degree, sun_lon = 300*degree

contains

  ! Mean rates over dt [s-1], and Cl and Cl2 in equilibrium, at points.
  subroutine terminator_source(cl, lat, lon, dt, source, source2, steady, steady2, n)
    integer, intent(in) :: n
    real(rk), intent(in) :: cl(n), lat(n), lon(n), dt
    real(rk), intent(out), dimension(n) :: source, source2, steady, steady2
    real(rk), dimension(n) :: r, d, y, reached
    r = max(0._rk, sin(lat)*sin(sun_lat) + cos(lat)*cos(sun_lat)*cos(lon - sun_lon))/(4*k2)
    d = sqrt(r*(r + 2*total))
    y = cl + r
    where (d > 0)
      reached = tanh(2*k2*dt*d)/d
    elsewhere
      reached = 2*k2*dt
    end where
    steady = 2*r*total/max(d + r, tiny(r))  ! d - r
    steady2 = (total - steady)/2
    source = (steady - cl)*(d + y)*reached/(1 + y*reached)/dt
    source2 = -source/2
  end subroutine terminator_source

end module terminator_chemistry
