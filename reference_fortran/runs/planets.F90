! The planets and gases of both models, as their own sources state them: nothing here is handed over by Python.
!
! HOMME: physical_constants (stand-alone build)   CAM-SE: physconst, shr_const_mod
module planets
  use kinds, only: dk
  use cubed_sphere, only: pi
  implicit none
  private
  public :: planet, earth_of_homme, earth_of_cam, nudged_planet

  type :: planet
    real(dk) :: radius, gravity, omega     ! [m], [m s-2], [s-1]
    real(dk) :: r_dry, cp_dry              ! dry air [J kg-1 K-1]
    real(dk) :: r_vapor, cp_vapor          ! water vapor [J kg-1 K-1]
    real(dk) :: p0                         ! reference pressure [Pa]
  end type planet

  type(planet), parameter :: earth_of_homme = &
    planet(6.376e6_dk, 9.80616_dk, 7.292e-5_dk, 287.04_dk, 1005.0_dk, 461.5_dk, 1870.0_dk, 1.0e5_dk)

  real(dk), parameter :: sidereal_day = 86164.0_dk                           ! s
  real(dk), parameter :: r_universal = 6.02214e26_dk*1.38065e-23_dk          ! J K-1 kmol-1
  real(dk), parameter :: dry_air = 28.966_dk, water = 18.016_dk              ! kg kmol-1
  type(planet), parameter :: earth_of_cam = &
    planet(6.37122e6_dk, 9.80616_dk, 2*pi/sidereal_day, r_universal/dry_air, 1.00464e3_dk, r_universal/water, 1.810e3_dk, &
           1.0e5_dk)

contains

  ! The planet with every constant that an initial state depends on moved by an ulp, where ulps are sown.
  function nudged_planet(world) result(moved)
    use ulps, only: nudge_double
    type(planet), intent(in) :: world
    type(planet) :: moved
    real(dk) :: values(5)
    values = [world%radius, world%gravity, world%omega, world%r_dry, world%r_vapor]
    call nudge_double(size(values), values)
    moved = world
    moved%radius = values(1)
    moved%gravity = values(2)
    moved%omega = values(3)
    moved%r_dry = values(4)
    moved%r_vapor = values(5)
  end function nudged_planet

end module planets
