! Simple moist physics on columns: rain from supersaturated air, fluxes from the sea, a boundary layer that mixes.
!
! Reed & Jablonowski (2012), doi:10.1029/2011MS000099. Arrays are (ncol, nlev), interfaces (ncol, nlev+1), top to bottom.
module simple_physics
  use kinds, only: rk
  use saturation, only: saturated_humidity
  implicit none
  private
  public :: set_gas, large_scale_condensation, reed_jablonowski

  real(rk), parameter :: water_density = 1000._rk  ! kg m-3
  real(rk), parameter :: still_drag = 0.7e-3_rk, drag_per_speed = 6.5e-5_rk, strong_drag = 2e-3_rk
  real(rk), parameter :: strong_wind = 20._rk      ! m s-1, from here on the drag coefficient does not grow
  real(rk), parameter :: exchange = 1.1e-3_rk      ! of heat and vapor
  real(rk), parameter :: layer_top = 85000._rk, layer_fading = 10000._rk  ! Pa
  real(rk), save :: gravity = 0, R_dry = 0, R_vapor = 0, cp = 0, L = 0, p0 = 0

contains

  subroutine set_gas(g, dry, vapor, heat_capacity, latent_heat, reference_pressure)
    real(rk), intent(in) :: g, dry, vapor, heat_capacity, latent_heat, reference_pressure
    gravity = g
    R_dry = dry
    R_vapor = vapor
    cp = heat_capacity
    L = latent_heat
    p0 = reference_pressure
  end subroutine set_gas

  ! Rates of change of T and q, and rain at the ground [m s-1].
  subroutine large_scale_condensation(T, q, p, dp, dt, heating, source, rain, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in), dimension(ncol, nlev) :: T, q, p, dp
    real(rk), intent(in) :: dt
    real(rk), intent(out) :: heating(ncol, nlev), source(ncol, nlev), rain(ncol)
    real(rk) :: condensed(ncol)
    integer :: k
    rain = 0
    do k = 1, nlev
      condensed = excess(T(:, k), q(:, k), p(:, k))
      source(:, k) = -condensed/dt
      heating(:, k) = L/cp*condensed/dt
      rain = rain + condensed*dp(:, k)
    end do
    rain = rain/(dt*gravity*water_density)
  end subroutine large_scale_condensation

  ! Vapor that must condense so that the air, warmed by it, is saturated: one Newton step.
  elemental real(rk) function excess(T, q, p)
    real(rk), intent(in) :: T, q, p
    real(rk) :: saturated
    saturated = saturated_humidity(T, p, R_dry, R_vapor, L)
    excess = max(q - saturated, 0._rk)/(1 + L/cp*(L/R_vapor*saturated/T**2))
  end function excess

  ! Wind, T and q after dt; rain [m s-1] and evaporation [kg m-2 s-1] at the ground.
  subroutine reed_jablonowski(u, v, T, q, p, p_i, phi_i, dp, T_sea, dt, rain, evaporation, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(inout) :: u(ncol, nlev), v(ncol, nlev), T(ncol, nlev), q(ncol, nlev)
    !f2py intent(in,out,copy) :: u, v, T, q
    real(rk), intent(in) :: p(ncol, nlev), p_i(ncol, nlev + 1), phi_i(ncol, nlev + 1), dp(ncol, nlev)
    real(rk), intent(in) :: T_sea(ncol), dt
    real(rk), intent(out) :: rain(ncol), evaporation(ncol)
    real(rk) :: heating(ncol, nlev), source(ncol, nlev), speed, height
    integer :: c
    call large_scale_condensation(T, q, p, dp, dt, heating, source, rain, ncol, nlev)
    T = T + dt*heating
    q = q + dt*source
    do c = 1, ncol
      speed = sqrt(u(c, nlev)**2 + v(c, nlev)**2)
      height = (phi_i(c, nlev) - phi_i(c, nlev + 1))/(2*gravity)
      evaporation(c) = q(c, nlev)
      call touch_sea(u(c, nlev), v(c, nlev), T(c, nlev), q(c, nlev), T_sea(c), p_i(c, nlev + 1), speed*dt/height)
      evaporation(c) = (q(c, nlev) - evaporation(c))*dp(c, nlev)/(gravity*dt)
      call mix(u(c, :), v(c, :), T(c, :), q(c, :), p(c, :), p_i(c, :), dp(c, :), speed*height, dt, drag(speed))
    end do
  end subroutine reed_jablonowski

  elemental real(rk) function drag(speed)
    real(rk), intent(in) :: speed
    drag = merge(still_drag + drag_per_speed*speed, strong_drag, speed < strong_wind)
  end function drag

  ! Implicit bulk exchange of the lowest layer; wind_steps is |v|*dt over the height of its middle.
  elemental subroutine touch_sea(u, v, T, q, T_sea, p_sea, wind_steps)
    real(rk), intent(inout) :: u, v, T, q
    real(rk), intent(in) :: T_sea, p_sea, wind_steps
    real(rk) :: braked, exchanged
    braked = drag(sqrt(u**2 + v**2))*wind_steps
    u = u/(1 + braked)
    v = v/(1 + braked)
    exchanged = exchange*wind_steps
    T = (T + exchanged*T_sea)/(1 + exchanged)
    q = (q + exchanged*saturated_humidity(T_sea, p_sea, R_dry, R_vapor, L))/(1 + exchanged)
  end subroutine touch_sea

  ! Diffusion of wind, potential temperature and vapor; strength is speed*height of the lowest layer's middle.
  subroutine mix(u, v, T, q, p, p_i, dp, strength, dt, drag_coefficient)
    real(rk), intent(inout) :: u(:), v(:), T(:), q(:)
    real(rk), intent(in) :: p(:), p_i(:), dp(:), strength, dt, drag_coefficient
    real(rk), dimension(size(T) - 1) :: conductance, share
    real(rk) :: exner(size(T))
    integer :: n
    n = size(T)
    share = merge(1._rk, exp(-((layer_top - p_i(2:n))/layer_fading)**2), p_i(2:n) >= layer_top)
    ! g rho**2/(p below - p above), rho at the interface with the mean of both temperatures
    conductance = dt*gravity**2*(p_i(2:n)/(R_dry*(T(:n-1) + T(2:))/2))**2/(p(2:) - p(:n-1))*share*strength
    exner = (p/p0)**(R_dry/cp)
    T = T/exner
    call diffuse(u, drag_coefficient*conductance, dp)
    call diffuse(v, drag_coefficient*conductance, dp)
    call diffuse(T, exchange*conductance, dp)
    call diffuse(q, exchange*conductance, dp)
    T = T*exner
  end subroutine mix

  ! dp(k)*x(k) - flux through its top + flux through its floor = what was there: elimination from the ground up.
  pure subroutine diffuse(x, conductance, dp)
    real(rk), intent(inout) :: x(:)
    real(rk), intent(in) :: conductance(:), dp(:)
    real(rk), dimension(size(x)) :: weight, content
    integer :: k, n
    n = size(x)
    weight = dp
    content = dp*x
    do k = n - 1, 1, -1  ! x(k+1) = (content(k+1) + conductance*x(k))/(weight(k+1) + conductance)
      content(k) = content(k) + conductance(k)*content(k + 1)/(weight(k + 1) + conductance(k))
      weight(k) = weight(k) + conductance(k)*weight(k + 1)/(weight(k + 1) + conductance(k))
    end do
    x(1) = content(1)/weight(1)
    do k = 1, n - 1
      x(k + 1) = (content(k + 1) + conductance(k)*x(k))/(weight(k + 1) + conductance(k))
    end do
  end subroutine diffuse

end module simple_physics
