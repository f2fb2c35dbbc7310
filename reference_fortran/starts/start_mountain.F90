! Cases 2-0, 2-1, 2-2 and 3-1 of DCMIP2012: air at rest over ridges, wind over a rippled mountain, a warm gust that rings.
! The planets of 2-1, 2-2 and 3-1 have 1/500 and 1/125 of the document's radius, whatever the run's.
!
! Ullrich et al. (2012), DCMIP2012 test case document
! HOMME: dcmip2012_test1_2_3 (test2_steady_state_mountain, test2_schaer_mountain, test3_gravity_wave)
module start_mountain
  use kinds, only: dk
  use start_places, only: a => document_radius, gas => document_gas, cp => document_cp, g => gravity, p0 => reference, pi, &
                       great_circle, midpoint_pressure, ridged
  implicit none
  private
  public :: rest, ripples, gust

  real(dk), parameter :: t0 = 300  ! K

contains

  subroutine rest(lon, lat, h0, width, t, ps, phis, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n), h0, width
    real(dk), intent(out) :: t(n,nlev), ps(n), phis(n)
    real(dk), parameter :: lapse = 0.0065_dk, power = g/(gas*lapse)
    integer :: k
    phis = g*ridged(lon, lat, h0, width)
    ps = p0*(1 - lapse/t0*ridged(lon, lat, h0, width))**power
    do k = 1, nlev
      t(:,k) = t0 - lapse*(t0/lapse*(1 - (midpoint_pressure(k, ps)/p0)**(1/power)))
    end do
  end subroutine rest

  ! shear c [m-1]: 0 in 2-1, 2.5e-4 in 2-2
  subroutine ripples(lon, lat, shear, ueq, h0, d, xi, u, t, ps, phis, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n), shear, ueq, h0, d, xi
    real(dk), intent(out) :: u(n,nlev), t(n,nlev), ps(n), phis(n)
    real(dk), dimension(n) :: r, warm, swirl, z
    integer :: k
    r = a/500*great_circle(lon, lat, pi/4, 0.0_dk)
    phis = g*(h0*exp(-(r**2/d**2))*cos(pi*r/xi)**2)
    warm = t0*(1 - shear*ueq*ueq/g*sin(lat)**2)
    ps = p0*exp(-(ueq**2/(2*gas*t0))*sin(lat)**2 - phis/(gas*warm))
    swirl = warm*ueq*ueq/(2*t0*g)*sin(lat)**2  ! m
    do k = 1, nlev
      z = gas*warm/g*log(p0/midpoint_pressure(k, ps)) - swirl
      u(:,k) = ueq*cos(lat)*sqrt(2*t0/warm*shear*z + warm/t0)
      t(:,k) = warm
    end do
  end subroutine ripples

  subroutine gust(lon, lat, u, t, ps, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n)
    real(dk), intent(out) :: u(n,nlev), t(n,nlev), ps(n)
    real(dk), parameter :: u0 = 20, n2 = 0.01_dk**2, big = g**2/(n2*cp), kappa = gas/cp  ! m s-1, s-2, K
    real(dk), parameter :: warmest = 1, width = 5000, length = 20000                      ! K, m, m
    real(dk), dimension(n) :: ground, near, p, z
    integer :: k
    near = width**2/(width**2 + (a/125*great_circle(lon, lat, 2*pi/3, 0.0_dk))**2)
    ground = big + (t0 - big)*exp(-u0*n2/(4*g**2)*u0*(cos(2*lat) - 1))
    ps = p0*exp(u0**2/(4*big*gas)*(cos(2*lat) - 1))*(ground/t0)**(cp/gas)
    do k = 1, nlev
      p = midpoint_pressure(k, ps)
      z = -g/n2*log(ground/big*((p/ps)**kappa - 1) + 1)
      u(:,k) = u0*cos(lat)
      t(:,k) = big*(1 - exp(n2*z/g)) + ground*exp(n2*z/g) + warmest*near*sin(2*pi*z/length)*(p/p0)**kappa
    end do
  end subroutine gust

end module start_mountain
