! The constants of a planet as plain numbers, for those who compare them.
module planet_constants
  use kinds, only: dk
  use planets, only: planet, earth_of_homme, earth_of_cam
  implicit none
  private
  public :: constants_of

contains

  ! planet_of: 1 HOMME's Earth, 2 CAM's. Radius, gravity, rotation rate, R and cp of dry air, R and cp of vapor, p0.
  subroutine constants_of(planet_of, values)
    integer, intent(in) :: planet_of
    real(dk), intent(out) :: values(8)
    type(planet) :: world
    world = earth_of_homme
    if (planet_of == 2) world = earth_of_cam
    values = [world%radius, world%gravity, world%omega, world%r_dry, world%cp_dry, world%r_vapor, world%cp_vapor, world%p0]
  end subroutine constants_of

end module planet_constants
