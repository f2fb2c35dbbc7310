! The baroclinic wave of Ullrich et al. (2014), shallow atmosphere, column by column, in double precision in every build.
!
! Equations: Ullrich et al. (2014), doi:10.1002/qj.2241; moisture and gust: DCMIP2016 test 1
! HOMME: dcmip16_wrapper (dcmip2016_test1)   CAM-SE: ic_baroclinic
module baroclinic_wave
  use kinds, only: dk
  use cubed_sphere, only: pi
  use planets, only: planet
  use quadrature, only: gauss_legendre
  implicit none
  private
  public :: column, gust_exponential, gust_streamfunction, no_gust, moist_layers, dry_layers

  integer, parameter :: no_gust = 0, gust_exponential = 1, gust_streamfunction = 2

  real(dk), parameter :: t_equator = 310, t_pole = 240, lapse = 0.005_dk, t_mean = (t_equator + t_pole)/2
  integer, parameter :: k_jet = 3, b_jet = 2
  real(dk), parameter :: gust_lon = pi/9, gust_lat = 2*pi/9, gust_top = 15000
  real(dk), parameter :: q_surface = 0.018_dk, q_lat = 2*pi/9, q_depth = 34000, q_top = 10000, q_above = 1.0e-12_dk

  integer, parameter :: ngauss = 10

  ! A place on a planet: what its air depends on besides height.
  type :: column
    type(planet) :: world
    real(dk) :: lon, lat
    logical :: moist
  end type column

contains

  ! HOMME's start: fields at p = (A + B) p0. q is per mass of moist air.
  subroutine moist_layers(here, nlev, eta, gust, wind, t_v, q)
    type(column), intent(in) :: here
    integer, intent(in) :: nlev, gust
    real(dk), intent(in) :: eta(nlev)
    real(dk), intent(out) :: wind(2,nlev), t_v(nlev), q(nlev)
    real(dk) :: z
    integer :: k
    do k = 1, nlev
      z = height_of_pressure(here, eta(k)*here%world%p0)
      t_v(k) = virtual_temperature(here, z)
      wind(:,k) = wind_at(here, z, gust)
      q(k) = 0
      if (here%moist) q(k) = humidity(here, eta(k)*here%world%p0)
    end do
  end subroutine moist_layers

  ! CAM-SE's start on levels of dry pressure A p0 + B ps_dry: a level is as high as the dry air above it is heavy, and q,
  ! per mass of dry air, is the vapor that the weight of the layer implies.
  subroutine dry_layers(here, nlev, a_i, b_i, a_m, b_m, gust, wind, temp, dp_dry, q)
    type(column), intent(in) :: here
    integer, intent(in) :: nlev, gust
    real(dk), intent(in) :: a_i(nlev+1), b_i(nlev+1), a_m(nlev), b_m(nlev)
    real(dk), intent(out) :: wind(2,nlev), temp(nlev), dp_dry(nlev), q(nlev)
    real(dk) :: z, z_top, p_top, ps_dry, above, below, p0, ratio
    type(column) :: equator
    integer :: k

    p0 = here%world%p0
    p_top = a_i(1)*p0
    equator = here
    equator%lat = 0
    z_top = height_of_pressure(equator, p_top)
    ps_dry = p0 - weight(here, 0.0_dk, z_top, vapor=.true., dry=.false.)
    ratio = here%world%r_vapor/here%world%r_dry
    above = p_top + weight(here, height_of_dry_pressure(here, p_top, z_top, a_i(1)*p0 + b_i(1)*ps_dry), z_top, &
                           vapor=.true., dry=.true.)
    do k = 1, nlev
      z = height_of_dry_pressure(here, p_top, z_top, a_i(k+1)*p0 + b_i(k+1)*ps_dry)
      below = p_top + weight(here, z, z_top, vapor=.true., dry=.true.)
      dp_dry(k) = (a_i(k+1) - a_i(k))*p0 + (b_i(k+1) - b_i(k))*ps_dry
      q(k) = 0
      if (here%moist) q(k) = max((below - above)/dp_dry(k) - 1, q_above)
      above = below
      z = height_of_dry_pressure(here, p_top, z_top, a_m(k)*p0 + b_m(k)*ps_dry)
      temp(k) = virtual_temperature(here, z)*(1 + q(k))/(1 + q(k)*ratio)
      wind(:,k) = wind_at(here, z, gust)
    end do
  end subroutine dry_layers

  pure real(dk) function scale_height(world)
    type(planet), intent(in) :: world
    scale_height = world%r_dry*t_mean/world%gravity
  end function scale_height

  ! tau(1), tau(2) of the paper and their integrals from the surface to z.
  pure subroutine profiles(world, z, tau, integral)
    type(planet), intent(in) :: world
    real(dk), intent(in) :: z
    real(dk), intent(out) :: tau(2), integral(2)
    real(dk) :: b, c, s, decay, growth
    b = (t_mean - t_pole)/(t_mean*t_pole)
    c = 0.5_dk*(k_jet + 2)*(t_equator - t_pole)/(t_equator*t_pole)
    s = (z/(b_jet*scale_height(world)))**2
    decay = exp(-s)
    growth = exp(lapse*z/t_mean)
    tau = [growth/t_mean + b*(1 - 2*s)*decay, c*(1 - 2*s)*decay]
    integral = [(growth - 1)/lapse + b*z*decay, c*z*decay]
  end subroutine profiles

  ! I_T
  pure real(dk) function meridional(lat)
    real(dk), intent(in) :: lat
    meridional = cos(lat)**k_jet - real(k_jet, dk)/(k_jet + 2)*cos(lat)**(k_jet + 2)
  end function meridional

  pure real(dk) function virtual_temperature(here, z)
    type(column), intent(in) :: here
    real(dk), intent(in) :: z
    real(dk) :: tau(2), integral(2)
    call profiles(here%world, z, tau, integral)
    virtual_temperature = 1/(tau(1) - tau(2)*meridional(here%lat))
  end function virtual_temperature

  ! log(p / p0)
  pure real(dk) function log_pressure(here, z)
    type(column), intent(in) :: here
    real(dk), intent(in) :: z
    real(dk) :: tau(2), integral(2)
    call profiles(here%world, z, tau, integral)
    log_pressure = -here%world%gravity/here%world%r_dry*(integral(1) - integral(2)*meridional(here%lat))
  end function log_pressure

  pure real(dk) function pressure(here, z)
    type(column), intent(in) :: here
    real(dk), intent(in) :: z
    pressure = here%world%p0*exp(log_pressure(here, z))
  end function pressure

  ! Newton's method with d log p / dz = -g / (R T_v); a step of 1e-7 m is the last that another could better.
  real(dk) function height_of_pressure(here, p) result(z)
    type(column), intent(in) :: here
    real(dk), intent(in) :: p
    real(dk) :: step
    integer :: n
    z = -scale_height(here%world)*log(p/here%world%p0)
    do n = 1, 50
      step = (log_pressure(here, z) - log(p/here%world%p0))*here%world%r_dry*virtual_temperature(here, z)/here%world%gravity
      z = z + step
      if (abs(step) < 1.0e-7_dk) return
    end do
    error stop 'baroclinic_wave: the height of a pressure was not found.'
  end function height_of_pressure

  ! The same for the weight of dry air, which vapor makes a little slower. Where a Gauss point lies on the edge of the
  ! humid air, no step is small.
  real(dk) function height_of_dry_pressure(here, p_top, z_top, p) result(z)
    type(column), intent(in) :: here
    real(dk), intent(in) :: p_top, z_top, p
    real(dk) :: step, found
    integer :: n
    z = -scale_height(here%world)*log(p/here%world%p0)
    do n = 1, 15
      found = p_top + weight(here, z, z_top, vapor=.false., dry=.true.)
      step = log(found/p)*here%world%r_dry*virtual_temperature(here, z)/here%world%gravity
      z = z + step
      if (abs(step) < 1.0e-10_dk) return
    end do
  end function height_of_dry_pressure

  ! Weight [Pa] between z and z_top of the vapor, of the dry air, or of both, by 10 Gauss points whatever jumps are inside.
  real(dk) function weight(here, z, z_top, vapor, dry) result(total)
    type(column), intent(in) :: here
    real(dk), intent(in) :: z, z_top
    logical, intent(in) :: vapor, dry
    real(dk), save :: nodes(ngauss), weights(ngauss) = 0
    real(dk) :: at, p, q, part
    integer :: n
    if (weights(1) <= 0) call gauss_legendre(ngauss, nodes, weights)
    total = 0
    do n = 1, ngauss
      at = 0.5_dk*(z_top + z) + 0.5_dk*(z_top - z)*nodes(n)
      p = pressure(here, at)
      q = 0
      if (here%moist) q = humidity(here, p)
      part = 0
      if (vapor .and. dry) then
        part = 1
      else if (vapor) then
        part = q
      else if (dry) then
        part = 1 - q
      end if
      total = total + weights(n)*part*p*here%world%gravity/(here%world%r_dry*virtual_temperature(here, at))
    end do
    total = 0.5_dk*(z_top - z)*total
  end function weight

  ! Vapor per mass of moist air at a pressure of moist air.
  pure real(dk) function humidity(here, p)
    type(column), intent(in) :: here
    real(dk), intent(in) :: p
    humidity = q_above
    if (p > q_top) humidity = q_surface*exp(-(here%lat/q_lat)**4)*exp(-((p - here%world%p0)/q_depth)**2)
  end function humidity

  ! The wind in balance, and the gust.
  function wind_at(here, z, gust) result(wind)
    type(column), intent(in) :: here
    real(dk), intent(in) :: z
    integer, intent(in) :: gust
    real(dk) :: wind(2), tau(2), integral(2), slope, force, distance, turning
    associate (world => here%world, c => cos(here%lat))
      call profiles(world, z, tau, integral)
      slope = c**(k_jet - 1) - c**(k_jet + 1)
      force = world%gravity*k_jet/world%radius*integral(2)*slope*virtual_temperature(here, z)
      distance = world%radius*c
      turning = world%omega*distance
    end associate
    wind = [-turning + sqrt(turning**2 + distance*force), 0.0_dk]
    select case (gust)
    case (gust_exponential); wind = wind + taper(z)*exponential(here%lon, here%lat)
    case (gust_streamfunction); wind = wind + taper(z)*rotational(here%lon, here%lat)
    end select
  end function wind_at

  pure real(dk) function taper(z)
    real(dk), intent(in) :: z
    taper = 0
    if (z < gust_top) taper = 1 - 3*(z/gust_top)**2 + 2*(z/gust_top)**3
  end function taper

  ! 1 m s-1 eastward at the centre; cut off at a tenth of the radius, where it is 1/e.
  pure function exponential(lon, lat) result(wind)
    real(dk), intent(in) :: lon, lat
    real(dk) :: wind(2), far
    wind = 0
    far = 10*angle(lon, lat)
    if (far < 1) wind(1) = exp(-far**2)
  end function exponential

  ! Wind of the streamfunction below by centred differences over the published 2e-5 radian.
  pure function rotational(lon, lat) result(wind)
    real(dk), intent(in) :: lon, lat
    real(dk), parameter :: step = 1.0e-5_dk
    real(dk) :: wind(2)
    wind(1) = (streamfunction(lon, lat - step) - streamfunction(lon, lat + step))/(2*step)
    wind(2) = (streamfunction(lon + step, lat) - streamfunction(lon - step, lat))/(2*step*cos(lat))
  end function rotational

  pure real(dk) function streamfunction(lon, lat)
    real(dk), intent(in) :: lon, lat
    real(dk) :: far
    streamfunction = 0
    far = 6*angle(lon, lat)
    if (far < 1) streamfunction = -0.5_dk/6*cos(pi*far/2)**4
  end function streamfunction

  ! From the centre of the gust [radian].
  pure real(dk) function angle(lon, lat)
    real(dk), intent(in) :: lon, lat
    real(dk) :: cosine
    cosine = sin(gust_lat)*sin(lat) + cos(gust_lat)*cos(lat)*cos(lon - gust_lon)
    angle = acos(min(max(cosine, -1.0_dk), 1.0_dk))
  end function angle

end module baroclinic_wave
