! The supercell of DCMIP2016 (case 3): balanced air with a warm bubble at 0N 0E, sampled at the pressures of levels.
! The bubble warms air at constant density, so that the levels, which are taken at its centre, know it.
!
! Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435   HOMME: dcmip16_wrapper:dcmip2016_test3, supercell_test
module start_supercell
  use kinds, only: dk
  use spectral, only: basis
  use start_places, only: rearth, pi, great_circle, midpoint_pressure
  use start_levels, only: levels_from_eta
  use storm_air
  use theta_l_settings, only: rgas, cp, kappa, p0
  implicit none
  private
  public :: storm_levels, storm

  real(dk), parameter :: top = 20000          ! m, of the levels
  real(dk), parameter :: close = 1.0e-12_dk   ! of a pressure whose height is looked for; HOMME's

  ! The air over one place: profiles at the heights of storm_air, distance from the bubble [m].
  type :: place
    real(dk) :: theta_v(points), exner(points), distance
  end type place

contains

  ! even in height above the equator, under the bubble's centre
  subroutine storm_levels(nlev)
    integer, intent(in) :: nlev
    real(dk) :: p(nlev+1), theta, q
    integer :: k
    call find_balance
    do k = 1, nlev + 1
      call look(place_at(0.0_dk, 0.0_dk), top - (k - 1)*top/nlev, p(k), theta, q)
    end do
    call levels_from_eta(p/p0, nlev)
  end subroutine storm_levels

  subroutine storm(lon, lat, u, t, ps, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n)
    real(dk), intent(out) :: u(n,nlev), t(n,nlev), ps(n), q(n,nlev)
    type(place) :: here
    real(dk) :: p, p_there, theta, height
    integer :: i, k
    call find_balance
    do i = 1, n
      here = place_at(lon(i), lat(i))
      call look(here, 0.0_dk, ps(i), theta, q(i,1))
      do k = 1, nlev
        p = midpoint_pressure(k, ps(i))
        height = height_of(here, p)
        call look(here, height, p_there, theta, q(i,k))
        u(i,k) = shear_wind(height)*cos(lat(i))
        t(i,k) = theta*(p/p0)**kappa/virtual(q(i,k))
      end do
    end do
  end subroutine storm

  type(place) function place_at(lon, lat) result(here)
    real(dk), intent(in) :: lon, lat
    real(dk) :: shares(latitudes)
    shares = basis(latitudes, lat_of, lat_weights, abs(lat))
    here%theta_v = matmul(shares, theta_v)
    here%exner = matmul(shares, exner)
    here%distance = rearth*great_circle(lon, lat, 0.0_dk, 0.0_dk)
  end function place_at

  ! pressure, virtual potential temperature and humidity at a height, bubble included
  subroutine look(here, height, p, theta, q)
    type(place), intent(in) :: here
    real(dk), intent(in) :: height
    real(dk), intent(out) :: p, theta, q
    real(dk) :: shares(points), density, far
    shares = basis(points, z, z_weights, height)
    theta = dot_product(shares, here%theta_v)
    q = dot_product(shares, humidity)
    density = p0*dot_product(shares, here%exner)**(cp/rgas - 1)/(rgas*theta)
    far = min(sqrt((here%distance/10000)**2 + ((height - 1500)/1500)**2), 1.0_dk)
    theta = theta + 3*cos(pi/2*far)**2*virtual(q)
    p = p0*(density*rgas*theta/p0)**(cp/(cp - rgas))
  end subroutine look

  ! by chords between a height that is too low and one that is too high
  real(dk) function height_of(here, p) result(height)
    type(place), intent(in) :: here
    real(dk), intent(in) :: p
    real(dk) :: low, high, p_low, p_high, there, theta, q
    integer :: step
    low = 0
    high = ends
    call look(here, low, p_low, theta, q)
    call look(here, high, p_high, theta, q)
    do step = 1, 1000
      height = (low*(p_high - p) - high*(p_low - p))/(p_high - p_low)
      call look(here, height, there, theta, q)
      if (abs(there - p) < close*p) return
      if (there > p) then
        low = height
        p_low = there
      else
        high = height
        p_high = there
      end if
    end do
    error stop 'start_supercell: the height of a pressure was not found; its levels must end below 25 km.'
  end function height_of

end module start_supercell
