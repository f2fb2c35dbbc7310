! Cases 1-1, 1-2 and 1-3 of DCMIP2012 at time 0: given winds in air of 300 K, and what they carry.
!
! Ullrich et al. (2012), DCMIP2012 test case document; Kent et al. (2014), doi:10.1002/qj.2208
! HOMME: dcmip2012_test1_2_3 (test1_advection_deformation, test1_advection_hadley, test1_advection_orography)
module start_transport
  use kinds, only: dk
  use start_places, only: a => document_radius, gas => document_gas, g => gravity, p0 => reference, pi, &
                       great_circle, midpoint_pressure, ridged
  implicit none
  private
  public :: deformation, hadley, clouds

  real(dk), parameter :: t0 = 300, depth = gas*t0/g, ztop = 12000  ! K, m, m
  real(dk), parameter :: month = 12*86400.0_dk, day = 86400        ! s; of a turn of the wind, of Hadley's cells

contains

  subroutine deformation(lon, lat, u, v, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n)
    real(dk), intent(out) :: u(n,nlev), v(n,nlev), q(n,nlev,4)
    real(dk), parameter :: k0 = 10*a/month, u0 = 2*pi*a/month, rising = 23000*pi/month, ptop = p0*exp(-ztop/depth)
    real(dk), parameter :: lid = real(0.2, dk)*ptop  ! a literal without a kind, in HOMME
    real(dk) :: p, shear
    integer :: k
    do k = 1, nlev
      p = midpoint_pressure(k, p0)
      shear = (exp((ptop - p)/lid) - exp((p - p0)/lid))*(rising*a/lid)
      u(:,k) = k0*sin(lon)**2*sin(2*lat) + u0*cos(lat) + shear*cos(lon)*cos(lat)**2
      v(:,k) = k0*sin(2*lon)*cos(lat)
      q(:,k,1) = bell(5*pi/6, 5000.0_dk, lon, lat, height(p)) + bell(7*pi/6, 5000.0_dk, lon, lat, height(p))
      q(:,k,2) = 0.9_dk - 0.8_dk*q(:,k,1)**2
      q(:,k,3) = slotted(lon, lat, height(p))
      q(:,k,4) = 1 - 0.3_dk*(q(:,k,1) + q(:,k,2) + q(:,k,3))
    end do
  end subroutine deformation

  ! The layer of tracer is the second tracer; nobody sets the first.
  subroutine hadley(lat, u, v, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lat(n)
    real(dk), intent(out) :: u(n,nlev), v(n,nlev), q(n,nlev,2)
    real(dk), parameter :: u0 = 40, w0 = 0.15_dk, cells = 5
    real(dk) :: p, z
    integer :: k
    q = 0
    do k = 1, nlev
      p = midpoint_pressure(k, p0)
      z = height(p)
      u(:,k) = u0*cos(lat)
      v(:,k) = -p0/p*(a*w0*pi/(cells*ztop))*cos(lat)*sin(cells*lat)*cos(pi*z/ztop)
      q(:,k,2) = layer(z, 3500.0_dk, 3000.0_dk)
    end do
  end subroutine hadley

  subroutine clouds(lon, lat, u, v, ps, phis, q, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: lon(n), lat(n)
    real(dk), intent(out) :: u(n,nlev), v(n,nlev), ps(n), phis(n), q(n,nlev,4)
    real(dk), parameter :: u0 = 2*pi*a/month, tilt = pi/6, reach = pi/4
    real(dk) :: r(n), z(n), across(n)
    integer :: k
    phis = g*ridged(lon, lat, 2000.0_dk, pi/16)
    ps = p0*exp(-phis/g/depth)
    r = great_circle(lon, lat, pi/2, 0.0_dk)
    across = merge((1 + cos(pi*r/reach))/2, 0.0_dk, r < reach)
    do k = 1, nlev
      u(:,k) = u0*(cos(lat)*cos(tilt) + sin(lat)*cos(lon)*sin(tilt))
      v(:,k) = -u0*sin(lon)*sin(tilt)
      z = height(midpoint_pressure(k, ps))
      q(:,k,1) = across*layer(z, 3050.0_dk, 1000.0_dk)
      q(:,k,2) = across*layer(z, 5050.0_dk, 1000.0_dk)
      q(:,k,3) = merge(1.0_dk, 0.0_dk, r < reach .and. abs(z - 8200) < 200)
      q(:,k,4) = q(:,k,1) + q(:,k,2) + q(:,k,3)
    end do
  end subroutine clouds

  elemental real(dk) function height(p)
    real(dk), intent(in) :: p
    height = depth*log(p0/p)
  end function height

  ! a cosine over so much height, zero beyond
  elemental real(dk) function layer(z, middle, thick)
    real(dk), intent(in) :: z, middle, thick
    layer = 0
    if (abs(z - middle) < thick/2) layer = (1 + cos(2*pi*(z - middle)/thick))/2
  end function layer

  ! squared distance from a point at the equator, half a radian and 1000 m being one; at most one
  elemental real(dk) function far(lon_c, z_c, lon, lat, z)
    real(dk), intent(in) :: lon_c, z_c, lon, lat, z
    far = min(1.0_dk, (great_circle(lon, lat, lon_c, 0.0_dk)/0.5_dk)**2 + ((z - z_c)/1000)**2)
  end function far

  elemental real(dk) function bell(lon_c, z_c, lon, lat, z)
    real(dk), intent(in) :: lon_c, z_c, lon, lat, z
    bell = (1 + cos(pi*far(lon_c, z_c, lon, lat, z)))/2
  end function bell

  ! one in two ellipsoids, but for a slot above their middle, and a tenth elsewhere
  elemental real(dk) function slotted(lon, lat, z)
    real(dk), intent(in) :: lon, lat, z
    slotted = 0.1_dk
    if (z > 5000 .and. abs(lat) < 0.125_dk) return
    if (far(5*pi/6, 5000.0_dk, lon, lat, z) < 0.5_dk) slotted = 1
    if (far(7*pi/6, 5000.0_dk, lon, lat, z) < 0.5_dk) slotted = 1
  end function slotted

end module start_transport
