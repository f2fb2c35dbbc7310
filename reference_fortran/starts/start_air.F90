! Air of test cases as theta-l keeps it, column by column, in double precision in every build.
!
! HOMME: element_ops:set_state   Levels are those of the module levels.
module start_air
  use kinds, only: dk
  use levels, only: hyai, hybi
  use start_places, only: rearth, omega, rwater_vapor
  use theta_l_settings, only: rgas, kappa, p0
  implicit none
  private
  public :: set_planet, set_thermostate

contains

  subroutine set_planet(radius, turning, vapor_gas)
    real(dk), intent(in) :: radius, turning, vapor_gas
    rearth = radius
    omega = turning
    rwater_vapor = vapor_gas
  end subroutine set_planet

  ! dp and Theta = T_v dp (p/p0)^(-kappa), p the mean of a layer; T_v is T (1 + (Rv/R - 1) q)
  subroutine set_thermostate(temperature, vapor, ps, dp, vtheta_dp, n, nlev)
    integer, intent(in) :: n, nlev
    real(dk), intent(in) :: temperature(n,nlev), vapor(n,nlev), ps(n)
    real(dk), intent(out) :: dp(n,nlev), vtheta_dp(n,nlev)
    real(dk) :: p(n), warmer(n)
    integer :: k
    do k = 1, nlev
      dp(:,k) = (hyai(k+1) - hyai(k))*p0 + (hybi(k+1) - hybi(k))*ps
      p = (hyai(k+1) + hyai(k))/2*p0 + (hybi(k+1) + hybi(k))/2*ps
      warmer = temperature(:,k)*(1 + (rwater_vapor/rgas - 1)*vapor(:,k))
      vtheta_dp(:,k) = warmer*dp(:,k)*(p/p0)**(-real(kappa, dk))
    end do
  end subroutine set_thermostate

end module start_air
