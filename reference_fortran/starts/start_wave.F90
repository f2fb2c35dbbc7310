! The moist baroclinic wave of DCMIP2016 (case 1) with the planet of the run.
!
! HOMME: dcmip16_wrapper:dcmip2016_test1
module start_wave
  use kinds, only: dk
  use baroclinic_wave, only: column, gust_exponential, moist_layers
  use levels, only: hyam, hybm
  use planets, only: planet, earth_of_homme
  use start_places, only: rearth, omega, rwater_vapor
  use theta_l_settings, only: g, rgas, cp, p0
  implicit none
  private
  public :: wave

contains

  ! t : what the air's virtual temperature is without its vapor
  subroutine wave(lon, lat, u, v, t, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n)
    real(dk), intent(out) :: u(n,nlev), v(n,nlev), t(n,nlev), q(n,nlev)
    type(planet) :: world
    real(dk) :: wind(2,nlev), t_v(nlev), vapor(nlev)
    integer :: i
    world = earth_of_homme
    world%radius = rearth
    world%omega = omega
    world%gravity = g
    world%r_dry = rgas
    world%cp_dry = cp
    world%r_vapor = rwater_vapor
    world%p0 = p0
    do i = 1, n
      call moist_layers(column(world, lon(i), lat(i), .true.), nlev, hyam + hybm, gust_exponential, wind, t_v, vapor)
      u(i,:) = wind(1,:)
      v(i,:) = wind(2,:)
      q(i,:) = vapor
      t(i,:) = t_v/(1 + (rwater_vapor/rgas - 1)*vapor)
    end do
  end subroutine wave

end module start_wave
