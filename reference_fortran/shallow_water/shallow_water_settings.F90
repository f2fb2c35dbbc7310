! Constants and namelist options of shallow water; names are the namelist words, a driver sets every one of them.
!
! HOMME: control_mod, physical_constants
module shallow_water_settings
  use kinds, only: rk
  implicit none
  public

  real(rk) :: pmean = 0.0_rk                        ! constant part of the thickness's geopotential
  real(rk) :: nu = 0.0_rk, nu_s = 0.0_rk, nu_div = 0.0_rk, hypervis_scaling = 0.0_rk
  integer :: hypervis_order = 2, hypervis_subcycle = 1
  logical :: runge_kutta = .false.                  ! integration: 'runge_kutta', or 'explicit'
  integer :: rk_stage_user = 3, lftfreq = 1
  real(rk) :: smooth = 0.0_rk
  logical :: prescribed_wind = .false.

end module shallow_water_settings
