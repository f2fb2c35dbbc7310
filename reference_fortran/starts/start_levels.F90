! Levels that HOMME's DCMIP2012 tests make themselves: evenly spaced in height over flat ground, B from 0 at the top.
! Gravity has single precision here, as in that program.
!
! Ullrich et al. (2012), DCMIP2012 test case document   HOMME: dcmip12_wrapper
module start_levels
  use kinds, only: dk
  use levels, only: hyai, hybi, hyam, hybm
  use start_places, only: gas => document_gas, cp => document_cp
  implicit none
  private
  public :: isothermal_levels, lapse_levels, stable_levels, levels_from_eta

  real(dk), parameter :: g = real(9.80616, dk)            ! a literal without a kind: 3e-8 off
  real(dk), parameter :: ground = 300, lapse = 0.0065_dk, buoyancy = 0.01_dk  ! K, K m-1, s-1

contains

  ! air of 300 K: eta = exp(-z/H)
  subroutine isothermal_levels(nlev, top)
    integer, intent(in) :: nlev
    real(dk), intent(in) :: top
    call levels_from_eta(exp(-heights(nlev, top)/(gas*ground/g)), nlev)
  end subroutine isothermal_levels

  ! air that cools upwards at a constant rate: eta = (1 - lapse z / T0)^(g / (R lapse))
  subroutine lapse_levels(nlev, top)
    integer, intent(in) :: nlev
    real(dk), intent(in) :: top
    call levels_from_eta((1 - lapse/ground*heights(nlev, top))**(g/(gas*lapse)), nlev)
  end subroutine lapse_levels

  ! air of constant N: eta = ((G/T0)(exp(-N^2 z / g) - 1) + 1)^(1/kappa), G = g^2/(N^2 cp)
  subroutine stable_levels(nlev, top)
    integer, intent(in) :: nlev
    real(dk), intent(in) :: top
    real(dk) :: big
    big = g**2/(buoyancy**2*cp)
    call levels_from_eta((big/ground*(exp(-heights(nlev, top)*buoyancy**2/g) - 1) + 1)**(1/(gas/cp)), nlev)
  end subroutine stable_levels

  pure function heights(nlev, top) result(z)
    integer, intent(in) :: nlev
    real(dk), intent(in) :: top
    real(dk) :: z(nlev+1)
    integer :: k
    z = [(top - k*top/nlev, k = 0, nlev)]
  end function heights

  ! B = (eta - eta_top)/(1 - eta_top), A the rest
  subroutine levels_from_eta(eta, nlev)
    integer, intent(in) :: nlev
    real(dk), intent(in) :: eta(nlev+1)
    hybi = max((eta - eta(1))/(1 - eta(1)), 0.0_dk)
    hyai = eta - hybi
    hyam = (hyai(2:) + hyai(:nlev))/2
    hybm = (hybi(2:) + hybi(:nlev))/2
  end subroutine levels_from_eta

end module start_levels
