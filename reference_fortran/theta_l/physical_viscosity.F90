! Viscosity of the supercell: one Laplacian along levels of every field, and one in height of what it is apart from its
! start. Levels are taken to lie evenly in height; fields at interfaces are divided by the number of all interfaces.
!
! HOMME: prim_advance_mod:advance_physical_vis, prim_advection_base:advance_physical_vis, derivative_mod:laplace_z
module physical_viscosity
  use kinds, only: rk
  use element_data, only: spheremp
  use element_limiters, only: sign_slab
  use element_operators, only: laplace_wk_slab
  use assembly, only: dss_wk
  use nonhydrostatic_tendency, only: nfields, upward, height
  use theta_l_column, only: nodes
  use theta_l_laplacians, only: constant_laplacian
  use theta_l_settings, only: mu, mu_s, mu_q, g, ps0, hyai, hybi
  use theta_l_tendency, only: theta_mass, thickness
  use tracers, only: limiter_option
  implicit none
  private
  public :: keep_start, keep_ratios, spread_air, spread_tracers
  real(rk), parameter :: depth = 2.0e4_rk  ! m, of all levels

  ! The start: u, v, theta, dp, w, phi of layers, w on the ground, mixing ratios.
  real(rk), allocatable :: start(:, :, :, :), start_ground(:, :), start_ratio(:, :, :, :)

contains

  subroutine keep_start(nlev, ne, layers, ground)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: layers(nodes, nfields, nlev, ne), ground(nodes, ne)
    start = layers
    start(:, theta_mass, :, :) = layers(:, theta_mass, :, :) / layers(:, thickness, :, :)
    start_ground = ground
  end subroutine keep_start

  subroutine keep_ratios(nlev, qsize, ne, qdp, dp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: qdp(nodes, nlev, qsize, ne), dp(nodes, nlev, ne)
    integer :: q
    if (allocated(start_ratio)) deallocate(start_ratio)
    allocate(start_ratio(nodes, nlev, qsize, ne))
    do q = 1, qsize
      start_ratio(:, :, q, :) = qdp(:, :, q, :) / dp
    end do
  end subroutine keep_ratios

  ! the state after dt, and w on the ground with the wind that it then has
  subroutine spread_air(nlev, ne, dt, gradphis, layers, ground)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, gradphis(nodes, 2, ne)
    real(rk), intent(inout) :: layers(nodes, nfields, nlev, ne), ground(nodes, ne)
    real(rk), allocatable :: gain(:, :, :, :)
    integer :: e, c, k
    allocate(gain(nodes, nfields, nlev, ne))
    !$omp parallel do schedule(static)
    do e = 1, ne
      layers(:, theta_mass, :, e) = layers(:, theta_mass, :, e) / layers(:, thickness, :, e)
      call element_gain(nlev, e, layers(1, 1, 1, e), ground(1, e), gain(1, 1, 1, e))
    end do
    call dss_wk(gain, nfields * nlev, ne)
    !$omp parallel do schedule(static) private(c, k)
    do e = 1, ne
      do k = 1, nlev
        do c = 1, nfields
          layers(:, c, k, e) = layers(:, c, k, e) + merge(mu_s, mu, c >= theta_mass) * dt * gain(:, c, k, e)
        end do
        layers(:, theta_mass, k, e) = layers(:, theta_mass, k, e) * layers(:, thickness, k, e)
      end do
      ground(:, e) = (layers(:, 1, nlev, e) * gradphis(:, 1, e) + layers(:, 2, nlev, e) * gradphis(:, 2, e)) / g
    end do
  end subroutine spread_air

  ! both Laplacians, weak
  subroutine element_gain(nlev, e, state, ground, gain)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: state(nodes, nfields, nlev), ground(nodes)
    real(rk), intent(out) :: gain(nodes, nfields, nlev)
    real(rk) :: along(nodes, nfields), column(nodes, nlev+1), upright(nodes, nlev+1), mass(nodes)
    integer :: c, k
    mass = reshape(spheremp(:, :, e), [nodes])
    do c = 1, nfields
      column(:, :nlev) = state(:, c, :) - start(:, c, :, e)
      column(:, nlev+1) = 0  ! geopotential there is that of the ground
      if (c == upward) column(:, nlev+1) = ground - start_ground(:, e)
      if (c >= upward) then
        call laplace_z(nlev + 1, column, upright)
      else
        call laplace_z(nlev, column, upright)
      end if
      do k = 1, nlev
        gain(:, c, k) = upright(:, k) * mass
      end do
    end do
    do k = 1, nlev
      along = state(:, :, k)
      call constant_laplacian(nfields, e, along)
      gain(:, :, k) = gain(:, :, k) + along
    end do
  end subroutine element_gain

  ! tracer mass after dt, of layers dp
  subroutine spread_tracers(nlev, qsize, ne, dt, dp, qdp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: dt, dp(nodes, nlev, ne)
    real(rk), intent(inout) :: qdp(nodes, nlev, qsize, ne)
    real(rk) :: dp0(nlev), ratio(nodes), gain(nodes), column(nodes, nlev), upright(nodes, nlev)
    integer :: e, q, k
    dp0 = (hyai(2:) - hyai(:nlev)) * ps0 + (hybi(2:) - hybi(:nlev)) * ps0
    !$omp parallel do schedule(static) private(q, k, ratio, gain)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          ratio = dp0(k) * qdp(:, k, q, e) / dp(:, k, e)
          call laplace_wk_slab(ratio, e, gain)
          qdp(:, k, q, e) = qdp(:, k, q, e) * reshape(spheremp(:, :, e), [nodes]) + mu_q * dt * gain
          if (limiter_option /= 0) call sign_slab(qdp(:, k, q, e))
        end do
      end do
    end do
    call dss_wk(qdp, nlev * qsize, ne)
    !$omp parallel do schedule(static) private(q, k, column, upright)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          column(:, k) = dp0(k) * (qdp(:, k, q, e) / dp(:, k, e) - start_ratio(:, k, q, e))
        end do
        call laplace_z(nlev, column, upright)
        qdp(:, :, q, e) = max(qdp(:, :, q, e) + mu_q * dt * upright, 0.0_rk)
      end do
    end do
  end subroutine spread_tracers

  ! second difference of n levels; nothing flows through the ends
  pure subroutine laplace_z(n, s, laplace)
    integer, intent(in) :: n
    real(rk), intent(in) :: s(nodes, n)
    real(rk), intent(out) :: laplace(nodes, n)
    real(rk) :: above(nodes), below(nodes), dz
    integer :: k
    dz = depth / n
    above = 0
    do k = 1, n
      below = 0
      if (k < n) below = (s(:, k+1) - s(:, k)) / dz
      laplace(:, k) = (below - above) / dz
      above = below
    end do
  end subroutine laplace_z

end module physical_viscosity
