! The balanced air of DCMIP2016's supercell on 16 latitudes and 30 heights, which are Chebyshev points.
!
! theta_lat = sin(2 lat)/(2 g) (U^2 theta_z - theta (U^2)_z),  Exner_lat = - U^2 sin(lat) cos(lat)/(cp theta)
! Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435; DCMIP2016 test case document   HOMME: supercell_test
module storm_air
  use kinds, only: dk
  use spectral, only: chebyshev, weights_of, derivative, integral, integral_but_last
  use start_places, only: pi, rwater_vapor
  use theta_l_settings, only: g, rgas, cp, p0
  implicit none
  private
  public :: find_balance, shear_wind, virtual, points, ends, latitudes
  public :: z, z_weights, lat_of, lat_weights, humidity, theta_v, exner

  integer, parameter :: points = 30, latitudes = 16, rounds = 12
  real(dk), parameter :: ends = 50000, tropopause = 12000            ! m
  real(dk), parameter :: most_vapor = real(0.014, dk)                ! a literal without a kind, in HOMME
  real(dk) :: z(points), z_weights(points), lat_of(latitudes), lat_weights(latitudes), humidity(points)
  real(dk) :: theta_v(latitudes,points), exner(latitudes,points)

contains

  ! everything above
  subroutine find_balance
    real(dk) :: northwards(latitudes,latitudes), upwards(points,points), square(points), square_z(points)
    real(dk) :: theta_z(latitudes,points), rate(latitudes,points), at_equator(points), pi_at_equator(points)
    integer :: n, k
    z = chebyshev(points, ends)
    lat_of = chebyshev(latitudes, pi/2)
    z_weights = weights_of(points, z)
    lat_weights = weights_of(latitudes, lat_of)
    call find_equator(at_equator, pi_at_equator)
    northwards = integral_but_last(latitudes, lat_of)
    upwards = derivative(points, z)
    square = shear_wind(z)**2
    square_z = matmul(upwards, square)
    theta_v = spread(at_equator, 1, latitudes)
    do n = 1, rounds
      theta_z = matmul(theta_v, transpose(upwards))
      do k = 1, points
        rate(:,k) = sin(2*lat_of)/(2*g)*(square(k)*theta_z(:,k) - theta_v(:,k)*square_z(k))
      end do
      theta_v = spread(at_equator, 1, latitudes) + matmul(northwards, rate)
    end do
    do k = 1, points
      rate(:,k) = -square(k)*sin(lat_of)*cos(lat_of)/(cp*theta_v(:,k))
    end do
    exner = spread(pi_at_equator, 1, latitudes) + matmul(northwards, rate)
  end subroutine find_balance

  ! moist air in hydrostatic balance: Exner_z = - g/(cp theta_v)
  subroutine find_equator(warm, found)
    real(dk), intent(out) :: warm(points), found(points)
    real(dk) :: upwards(points,points), theta(points), p(points), t(points), relative(points)
    integer :: n
    upwards = integral(points, z)
    where (z <= tropopause)
      theta = 300 + 43*(z/tropopause)**1.25_dk
      relative = 1 - 0.75_dk*(z/tropopause)**1.25_dk
    elsewhere
      theta = 343*exp(g/(cp*213)*(z - tropopause))
      relative = 0.25_dk
    end where
    warm = theta
    do n = 1, rounds
      found = 1 - matmul(upwards, g/(cp*warm))
      p = p0*found**(cp/rgas)
      t = theta*found
      humidity = min(380/p*exp(17.27_dk*(t - 273)/(t - 36)), most_vapor)*relative
      warm = theta*virtual(humidity)
    end do
  end subroutine find_equator

  ! at the equator: it grows over 5 km, a parabola joining slope and constant
  elemental real(dk) function shear_wind(height)
    real(dk), intent(in) :: height
    real(dk) :: share
    share = height/5000
    if (height > 6000) then
      share = 1
    else if (height > 4000) then
      share = -0.8_dk + 3*share - 1.25_dk*share**2
    end if
    shear_wind = 30*share - 15
  end function shear_wind

  ! virtual over actual temperature
  elemental real(dk) function virtual(q)
    real(dk), intent(in) :: q
    virtual = 1 + (rwater_vapor/rgas - 1)*q
  end function virtual

end module storm_air
