! Water vapor in saturated air, by the two formulas that the simple physics are made of.
!
! Clausius-Clapeyron with constant latent heat: Reed & Jablonowski (2012), doi:10.1029/2011MS000099
! Tetens as the Kessler scheme takes it: Klemp & Wilhelmson (1978), doi:10.1175/1520-0469(1978)035<1070:TSOTDC>2.0.CO;2
module saturation
  use kinds, only: rk
  implicit none
  private
  public :: saturated_humidity, tetens_mixing_ratio

  real(rk), parameter :: triple_point = 273.16_rk  ! K
  real(rk), parameter :: e_triple_point = 610.78_rk  ! Pa, vapor pressure there

contains

  ! Specific humidity: (R/R_vapor)*e_s/p, e_s the saturation vapor pressure.
  elemental real(rk) function saturated_humidity(T, p, gas_constant, vapor_constant, latent_heat)
    real(rk), intent(in) :: T, p, gas_constant, vapor_constant, latent_heat
    real(rk) :: e_s
    e_s = e_triple_point*exp(latent_heat/vapor_constant*(T - triple_point)/(T*triple_point))
    saturated_humidity = gas_constant/vapor_constant*e_s/p
  end function saturated_humidity

  ! Mixing ratio: 3.8 hPa/p*exp(17.27*(T - 273)/(T - 36)).
  elemental real(rk) function tetens_mixing_ratio(T, p)
    real(rk), intent(in) :: T, p
    tetens_mixing_ratio = 380._rk*exp(17.27_rk*(T - 273)/(T - 36))/p
  end function tetens_mixing_ratio

end module saturation
