! The tropical cyclone of DCMIP2016 (case 2) on layers of moist mass, in balance on the document's planet.
!
! Beyond 1000 km from the centre HOMME takes the height of a pressure as if the anomaly at the ground went all the way up;
! its pi has 15 digits; the trace of vapor above the tropopause does not cool the air.
! Reed & Jablonowski (2011), doi:10.1175/2010MWR3488.1; DCMIP2016 test case document
! HOMME: dcmip16_wrapper:dcmip2016_test2
module start_cyclone
  use kinds, only: dk
  use start_places, only: a => document_radius, gas => document_gas, g => gravity, great_circle, midpoint_pressure
  implicit none
  private
  public :: cyclone

  real(dk), parameter :: pi = 3.14159265358979_dk, lon_c = pi, lat_c = 10*(pi/180)
  real(dk), parameter :: around = 101500, drop = 1115, wide = 282000, high = 7000  ! Pa, Pa, m, m
  real(dk), parameter :: top = 15000, lapse = 0.007_dk, q0 = 0.021_dk              ! m, K m-1, kg kg-1
  real(dk), parameter :: warm = 302.15_dk*(1 + 0.608_dk*q0)                        ! virtual, at the ground [K]
  real(dk), parameter :: power = g/(gas*lapse), searched = 1.0e6_dk                ! 1, m
  real(dk), parameter :: coriolis = 2*7.29212e-5_dk*sin(lat_c)                     ! s-1

contains

  subroutine cyclone(lon, lat, u, v, t, ps, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n)
    real(dk), intent(out) :: u(n,nlev), v(n,nlev), t(n,nlev), ps(n), q(n,nlev)
    real(dk) :: r, z, d1, d2, d
    integer :: i, k
    do i = 1, n
      r = a*great_circle(lon(i), lat(i), lon_c, lat_c)
      ps(i) = around - drop*exp(-(r/wide)**1.5_dk)
      d1 = sin(lat_c)*cos(lat(i)) - cos(lat_c)*sin(lat(i))*cos(lon(i) - lon_c)
      d2 = cos(lat_c)*sin(lon(i) - lon_c)
      d = max(1.0e-25_dk, sqrt(d1**2 + d2**2))
      do k = 1, nlev
        z = height(midpoint_pressure(k, ps(i)), ps(i), r)
        u(i,k) = wind(z, r)*d1/d
        v(i,k) = wind(z, r)*d2/d
        q(i,k) = vapor(z)
        t(i,k) = warmth(z, r)
        if (z < top) t(i,k) = t(i,k)/(1 + 0.608_dk*q(i,k))
      end do
    end do
  end subroutine cyclone

  ! where the pressure is p, as if the troposphere had no end, by Newton's method on log p
  real(dk) function height(p, ps, r) result(z)
    real(dk), intent(in) :: p, ps, r
    real(dk) :: anomaly, error, slope
    integer :: step
    z = warm/lapse*(1 - (p/ps)**(1/power))
    if (r >= searched) return
    do step = 1, 50
      anomaly = drop*exp(-(r/wide)**1.5_dk - (z/high)**2)
      error = log((around - anomaly)/p) + power*log(1 - lapse*z/warm)
      slope = 2*z/high**2*anomaly/(around - anomaly) - power*lapse/(warm - lapse*z)
      z = z - error/slope
      if (abs(error/slope) < 1.0e-9_dk) return
    end do
    error stop 'start_cyclone: the height of a pressure was not found.'
  end function height

  ! how strong the pressure outside is beside the anomaly's: it is large far from the centre
  pure real(dk) function outside(z, r)
    real(dk), intent(in) :: z, r
    outside = around/drop*exp((r/wide)**1.5_dk + (z/high)**2)
  end function outside

  ! virtual temperature of calm air [K]
  pure real(dk) function calm(z)
    real(dk), intent(in) :: z
    calm = warm - lapse*min(z, top)
  end function calm

  pure real(dk) function warmth(z, r)
    real(dk), intent(in) :: z, r
    warmth = calm(z)
    if (z < top) warmth = calm(z)/(1 + 2*gas*calm(z)*z/(g*high**2*(1 - outside(z, r))))
  end function warmth

  ! in balance with the pressure's slope and a constant Coriolis parameter
  pure real(dk) function wind(z, r)
    real(dk), intent(in) :: z, r
    real(dk) :: pull
    wind = 0
    if (z >= top) return
    pull = 1.5_dk*(r/wide)**1.5_dk*calm(z)*gas/(1 + 2*gas*calm(z)*z/(g*high**2) - outside(z, r))
    wind = -coriolis*r/2 + sqrt((coriolis*r/2)**2 - pull)
  end function wind

  pure real(dk) function vapor(z)
    real(dk), intent(in) :: z
    vapor = 1.0e-11_dk
    if (z < top) vapor = q0*exp(-z/3000)*exp(-(z/8000)**2)
  end function vapor

end module start_cyclone
