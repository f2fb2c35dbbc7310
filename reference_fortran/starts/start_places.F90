! What starts of test cases share: constants of the DCMIP document, the planet of the run, pressure on levels, distances,
! ridges. In double precision in every build.
!
! Ullrich et al. (2012), DCMIP2012 test case document   HOMME: dcmip12_wrapper   Levels are those of the module levels.
module start_places
  use kinds, only: dk
  use levels, only: hyam, hybm
  implicit none
  private
  public :: midpoint_pressure, great_circle, ridged
  public :: rearth, omega, rwater_vapor, pi, document_radius, document_gas, document_cp, gravity, reference

  real(dk), parameter :: pi = acos(-1.0_dk)
  ! of the documents, whatever the model's own
  real(dk), parameter :: document_radius = 6371220, document_gas = 287, document_cp = 1004.5_dk  ! m, J kg-1 K-1 twice
  real(dk), parameter :: gravity = 9.80616_dk, reference = 1.0e5_dk                              ! m s-2, Pa
  real(dk) :: rearth = 6.376e6_dk, omega = 7.292e-5_dk, rwater_vapor = 461.5_dk                  ! of the run

contains

  elemental real(dk) function midpoint_pressure(k, ps)
    integer, intent(in) :: k
    real(dk), intent(in) :: ps
    midpoint_pressure = hyam(k)*reference + hybm(k)*ps
  end function midpoint_pressure

  ! angle between two places [radian]
  elemental real(dk) function great_circle(lon, lat, lon_c, lat_c)
    real(dk), intent(in) :: lon, lat, lon_c, lat_c
    real(dk) :: cosine
    cosine = sin(lat_c)*sin(lat) + cos(lat_c)*cos(lat)*cos(lon - lon_c)
    great_circle = acos(min(max(cosine, -1.0_dk), 1.0_dk))
  end function great_circle

  ! height of ridges around a mountain on the equator [m]
  elemental real(dk) function ridged(lon, lat, h0, width)
    real(dk), intent(in) :: lon, lat, h0, width
    real(dk), parameter :: reach = 3*pi/4
    real(dk) :: r
    r = great_circle(lon, lat, 3*pi/2, 0.0_dk)
    ridged = 0
    if (r < reach) ridged = h0/2*(1 + cos(pi*r/reach))*cos(pi*r/width)**2
  end function ridged

end module start_places
