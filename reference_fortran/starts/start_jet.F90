! The jet of Jablonowski and Williamson with its gust, and what case 4 of DCMIP2012 has beside it: vapor, potential
! temperature, and the size of Ertel's potential vorticity.
!
! Jablonowski & Williamson (2006), doi:10.1256/qj.06.12; Ullrich et al. (2012), DCMIP2012 test case document
! HOMME: asp_tests (jw_baroclinic), dcmip12_wrapper (dcmip2012_test4)
module start_jet
  use kinds, only: dk
  use levels, only: hyam, hybm
  use start_places, only: pi, great_circle
  use theta_l_settings, only: g, rgas, kappa, p0
  implicit none
  private
  public :: jet, vapor_of_jet, potential_temperature, potential_vorticity

  real(dk), parameter :: u0 = 35, t0 = 288, lapse = 0.005_dk, eta_jet = 0.252_dk, eta_t = 0.2_dk, dt = 4.8e5_dk
  real(dk), parameter :: gust_lon = pi/9, gust_lat = 2*pi/9, sharp = 10  ! a gust is as wide as a tenth of the radius

  ! A level and a latitude: angle of the level, shape F of its temperature, wind G that bends it, and derivatives.
  type :: place
    real(dk) :: s, c, eta, f, f_eta, bent, bent_eta, bent_lat
  end type place

contains

  subroutine jet(lon, lat, gusty, radius, turning, u, t, phis, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n), gusty, radius, turning
    real(dk), intent(out) :: u(n,nlev), t(n,nlev), phis(n)
    type(place) :: at
    real(dk) :: ground
    integer :: i, k
    ground = u0*cos((1 - eta_jet)*pi/2)**1.5_dk
    do i = 1, n
      phis(i) = ground*(curvature(lat(i))*ground + planet(lat(i))*radius*turning)
      do k = 1, nlev
        at = place_of(hyam(k) + hybm(k), lat(i), radius, turning)
        u(i,k) = u0*at%c**1.5_dk*sin(2*lat(i))**2 + gusty*gust(lon(i), lat(i))
        t(i,k) = mean(at%eta) + at%f*at%bent
      end do
    end do
  end subroutine jet

  ! per mass of moist air
  subroutine vapor_of_jet(lat, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lat(n)
    real(dk), intent(out) :: q(n,nlev)
    integer :: k
    do k = 1, nlev
      q(:,k) = 0.021_dk*exp(-(lat/(2*pi/9))**4)*exp(-((hyam(k) + hybm(k) - 1)*p0/34000)**2)
    end do
  end subroutine vapor_of_jet

  subroutine potential_temperature(t, theta, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: t(n,nlev)
    real(dk), intent(out) :: theta(n,nlev)
    integer :: k
    do k = 1, nlev
      theta(:,k) = t(:,k)*(hyam(k) + hybm(k))**(-real(kappa, dk))
    end do
  end subroutine potential_temperature

  ! (g/p0) (- u_eta theta_lat / a - (zeta + f) theta_eta) of jet and gust of 1 m s-1, t their temperature
  subroutine potential_vorticity(lon, lat, t, radius, turning, vorticity, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n), t(n,nlev), radius, turning
    real(dk), intent(out) :: vorticity(n,nlev)
    type(place) :: at
    real(dk) :: theta_eta, theta_lat, u_eta, spin, small
    integer :: i, k
    do i = 1, n
      do k = 1, nlev
        at = place_of(hyam(k) + hybm(k), lat(i), radius, turning)
        small = at%eta**(-real(kappa, dk))
        theta_eta = small*(mean_slope(at%eta) + at%f_eta*at%bent + at%f*at%bent_eta - kappa*t(i,k)/at%eta)
        theta_lat = small*at%f*at%bent_lat
        u_eta = -0.75_dk*pi*u0*sin(2*lat(i))**2*sqrt(at%c)*at%s
        spin = -4*u0*at%c**1.5_dk/radius*sin(lat(i))*cos(lat(i))*(2 - 5*sin(lat(i))**2)
        spin = spin + spin_of_gust(lon(i), lat(i))/radius + 2*turning*sin(lat(i))
        vorticity(i,k) = g/p0*(-u_eta*theta_lat/radius - spin*theta_eta)
      end do
    end do
  end subroutine potential_vorticity

  pure type(place) function place_of(eta, lat, radius, turning) result(at)
    real(dk), intent(in) :: eta, lat, radius, turning
    real(dk) :: scale
    scale = 0.75_dk*pi*u0/rgas
    at%eta = eta
    at%s = sin((eta - eta_jet)*pi/2)
    at%c = cos((eta - eta_jet)*pi/2)
    at%f = 0.75_dk*(eta*pi*u0/rgas)*at%s*sqrt(at%c)
    at%f_eta = scale*(at%s*sqrt(at%c) + eta*pi/2*(at%c**1.5_dk - at%s**2/sqrt(at%c)/2))
    at%bent = curvature(lat)*(2*u0*at%c**1.5_dk) + planet(lat)*radius*turning
    at%bent_eta = -1.5_dk*pi*u0*sqrt(at%c)*at%s*curvature(lat)
    at%bent_lat = 2*u0*at%c**1.5_dk*curvature_slope(lat) + planet_slope(lat)*radius*turning
  end function place_of

  pure real(dk) function mean(eta)
    real(dk), intent(in) :: eta
    mean = t0*eta**(rgas*lapse/g)
    if (eta <= eta_t) mean = mean + dt*(eta_t - eta)**5
  end function mean

  pure real(dk) function mean_slope(eta)
    real(dk), intent(in) :: eta
    mean_slope = t0*(rgas*lapse/g)*eta**(rgas*lapse/g - 1)
    if (eta <= eta_t) mean_slope = mean_slope - 5*dt*(eta_t - eta)**4
  end function mean_slope

  ! What the jet's own curvature and the planet's turning ask of temperature, and their slopes northwards.
  elemental real(dk) function curvature(lat)
    real(dk), intent(in) :: lat
    curvature = -2*sin(lat)**6*(cos(lat)**2 + 1/3.0_dk) + 10/63.0_dk
  end function curvature

  elemental real(dk) function planet(lat)
    real(dk), intent(in) :: lat
    planet = 1.6_dk*cos(lat)**3*(sin(lat)**2 + 2/3.0_dk) - pi/4
  end function planet

  elemental real(dk) function curvature_slope(lat)
    real(dk), intent(in) :: lat
    curvature_slope = 4*sin(lat)**5*cos(lat)*(sin(lat)**2 - 3*cos(lat)**2 - 1)
  end function curvature_slope

  elemental real(dk) function planet_slope(lat)
    real(dk), intent(in) :: lat
    planet_slope = 1.6_dk*cos(lat)**2*sin(lat)*(2*cos(lat)**2 - 3*sin(lat)**2 - 2)
  end function planet_slope

  elemental real(dk) function gust(lon, lat)
    real(dk), intent(in) :: lon, lat
    gust = exp(-(sharp*great_circle(lon, lat, gust_lon, gust_lat))**2)
  end function gust

  ! radius times its vorticity
  elemental real(dk) function spin_of_gust(lon, lat)
    real(dk), intent(in) :: lon, lat
    real(dk) :: r, turned, stretched
    r = great_circle(lon, lat, gust_lon, gust_lat)
    turned = sin(gust_lat)*cos(lat) - cos(gust_lat)*sin(lat)*cos(lon - gust_lon)
    stretched = 1
    if (sin(r) > 0) stretched = r/sin(r)
    spin_of_gust = gust(lon, lat)*(tan(lat) - 2*sharp**2*turned*stretched)
  end function spin_of_gust

end module start_jet
