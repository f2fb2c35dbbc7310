! Kessler's warm rain on columns: vapor, cloud water and rain that falls.
!
! Kessler (1969); Klemp & Wilhelmson (1978), doi:10.1175/1520-0469(1978)035<1070:TSOTDC>2.0.CO;2; DCMIP2016 document
! Arrays are (ncol, nlev), top to bottom. Mixing ratios and densities are of dry air. The fits take kg m-3 as g cm-3.
module warm_rain
  use kinds, only: rk
  use saturation, only: tetens_mixing_ratio
  implicit none
  private
  public :: kessler_columns

  real(rk), parameter :: latent_heat = 2.5e6_rk, heat_capacity = 1003._rk  ! J kg-1, J kg-1 K-1: the scheme's own
  real(rk), parameter :: water_density = 1000._rk  ! kg m-3
  real(rk), parameter :: layer_share = 0.8_rk      ! of a layer that rain may cross in one substep

contains

  ! T, qv, qc, qr after dt; rain: mean over dt of what reaches the ground [m s-1].
  subroutine kessler_columns(T, qv, qc, qr, p, rho, mass, dt, rain, substeps, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(inout) :: T(ncol, nlev), qv(ncol, nlev), qc(ncol, nlev), qr(ncol, nlev)
    !f2py intent(in,out,copy) :: T, qv, qc, qr
    real(rk), intent(in) :: p(ncol, nlev), rho(ncol, nlev), mass(ncol, nlev), dt
    real(rk), intent(out) :: rain(ncol)
    integer, intent(out) :: substeps(ncol)
    integer :: c, step
    real(rk) :: h, arrived
    do c = 1, ncol
      substeps(c) = needed_substeps(qr(c, :), rho(c, :), mass(c, :), dt)
      h = dt/substeps(c)
      rain(c) = 0
      do step = 1, substeps(c)
        call fall_and_grow(qc(c, :), qr(c, :), rho(c, :), mass(c, :), h, arrived)
        call adjust_and_evaporate(T(c, :), qv(c, :), qc(c, :), qr(c, :), p(c, :), rho(c, :), h)
        rain(c) = rain(c) + arrived/water_density
      end do
      rain(c) = rain(c)/dt
    end do
  end subroutine kessler_columns

  ! 36.34*(rho*qr)**0.1364 times the root of the density at the ground over that of the layer [m s-1].
  pure function fall_speed(qr, rho) result(speed)
    real(rk), intent(in) :: qr(:), rho(:)
    real(rk) :: speed(size(qr))
    where (qr > 0)
      speed = 36.34_rk*(rho*qr/1000)**0.1364_rk*sqrt(rho(size(rho))/rho)
    elsewhere
      speed = 0
    end where
  end function fall_speed

  pure integer function needed_substeps(qr, rho, mass, dt)
    real(rk), intent(in) :: qr(:), rho(:), mass(:), dt
    needed_substeps = max(1, ceiling(maxval(fall_speed(qr, rho)*dt*rho/(layer_share*mass))))
  end function needed_substeps

  ! Rain falls into the layer below, and gains by autoconversion and by collecting cloud, implicitly. A layer loses at
  ! most what it has: rain that grows falls faster than the substeps allow for.
  subroutine fall_and_grow(qc, qr, rho, mass, h, arrived)
    real(rk), intent(inout) :: qc(:), qr(:)
    real(rk), intent(in) :: rho(:), mass(:), h
    real(rk), intent(out) :: arrived  ! at the ground [kg m-2]
    real(rk) :: falling(0:size(qr)), conversion, collection, gain
    integer :: k
    falling(0) = 0
    falling(1:) = min(h*rho*qr*fall_speed(qr, rho), mass*qr)
    arrived = falling(size(qr))
    do k = 1, size(qr)
      conversion = h*max(0.001_rk*(qc(k) - 0.001_rk), 0._rk)
      collection = h*2.2_rk*qr(k)**0.875_rk
      gain = min((conversion + collection*qc(k))/(1 + collection), qc(k))
      qc(k) = qc(k) - gain
      qr(k) = (qr(k) - falling(k)/mass(k)) + falling(k - 1)/mass(k) + gain
    end do
  end subroutine fall_and_grow

  ! Cloud condenses or evaporates until the air is saturated, as far as there is cloud; then rain evaporates.
  elemental subroutine adjust_and_evaporate(T, qv, qc, qr, p, rho, h)
    real(rk), intent(inout) :: T, qv, qc, qr
    real(rk), intent(in) :: p, rho, h
    real(rk) :: saturated, slope, condensed, evaporated, deficit
    saturated = tetens_mixing_ratio(T, p)
    slope = saturated*17.27_rk*237.3_rk/(T - 36)**2  ! d(saturated)/dT, with the constants of the published scheme
    condensed = (qv - saturated)/(1 + slope*latent_heat/heat_capacity)
    deficit = max(-condensed - qc, 0._rk)
    condensed = max(condensed, -qc)
    evaporated = min(h*evaporation_rate(qv, qr, saturated, p, rho), deficit, qr)
    qv = max(qv - condensed + evaporated, 0._rk)
    qc = qc + condensed
    qr = qr - evaporated
    T = T + latent_heat/heat_capacity*(condensed - evaporated)
  end subroutine adjust_and_evaporate

  ! Ventilated evaporation of rain into air below saturation [s-1]; density in g cm-3, pressure in hPa.
  elemental real(rk) function evaporation_rate(qv, qr, saturated, p, rho)
    real(rk), intent(in) :: qv, qr, saturated, p, rho
    real(rk) :: water, ventilation, resistance
    evaporation_rate = 0
    if (qr <= 0 .or. qv >= saturated) return
    water = rho*qr/1000
    ventilation = 1.6_rk + 124.9_rk*water**0.2046_rk
    resistance = 5.4e5_rk + 2.55e6_rk/(p/100*saturated)
    evaporation_rate = (1 - qv/saturated)*ventilation*water**0.525_rk/(resistance*(rho/1000))
  end function evaporation_rate

end module warm_rain
