! The parts of the supercell that no other run has, by separate fields: what its viscosity leaves alone, that viscosity,
! and Kessler's rain in moist nonhydrostatic air.
!
! HOMME: dcmip16_wrapper:dcmip2016_test3_forcing, prim_advance_mod:applyCAMforcing_tracers, applyCAMforcing_dynamics
module supercell
  use kinds, only: rk
  use dimensions, only: np
  use eos_columns, only: nonhydrostatic_pressures
  use nonhydrostatic_fields, only: pack_state, unpack_state
  use nonhydrostatic_tendency, only: nfields
  use physical_viscosity, only: keep_start, keep_ratios, spread_air, spread_tracers
  use theta_l_settings, only: g, rgas, p0, kappa, hybm
  use warm_rain, only: kessler_columns
  implicit none
  private
  public :: set_start, diffuse_air, diffuse_tracers, rain, rwater_vapor
  integer, parameter :: n = np*np, vapor = 1, cloud = 2, drops = 3
  real(rk) :: rwater_vapor = 461.5_rk

contains

  ! what viscosity leaves alone in height
  subroutine set_start(v, vtheta_dp, dp3d, phinh_i, w_i, qdp, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(in) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne), qdp(np,np,nlev,qsize,ne)
    real(rk) :: layers(np,np,nfields,nlev,ne), ground(np,np,ne)
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, layers, ground, nlev, ne)
    call keep_start(nlev, ne, layers, ground)
    call keep_ratios(nlev, qsize, ne, qdp, dp3d)
  end subroutine set_start

  subroutine diffuse_air(v, vtheta_dp, dp3d, phinh_i, w_i, phis, gradphis, dt, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne), dt
    real(rk) :: layers(np,np,nfields,nlev,ne), ground(np,np,ne)
    call pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, layers, ground, nlev, ne)
    call spread_air(nlev, ne, dt, gradphis, layers, ground)
    call unpack_state(layers, ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
  end subroutine diffuse_air

  subroutine diffuse_tracers(qdp, dp3d, dt, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: qdp
    real(rk), intent(in) :: dp3d(np,np,nlev,ne), dt
    call spread_tracers(nlev, qsize, ne, dt, dp3d, qdp)
  end subroutine diffuse_tracers

  ! the air after dt of Kessler's rain: water and the mass it brings, then heat
  subroutine rain(vtheta_dp, dp3d, phinh_i, qdp, dt, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne), phinh_i(np,np,nlev+1,ne)
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: vtheta_dp, dp3d, phinh_i, qdp
    real(rk), intent(in) :: dt
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call rain_on_element(nlev, qsize, dt, vtheta_dp(:,:,:,e), dp3d(:,:,:,e), phinh_i(:,:,:,e), qdp(:,:,:,:,e))
    end do
  end subroutine rain

  subroutine rain_on_element(nlev, qsize, dt, vtheta_dp, dp, phi_i, qdp)
    integer, intent(in) :: nlev, qsize
    real(rk), intent(in) :: dt
    real(rk), intent(inout) :: vtheta_dp(n,nlev), dp(n,nlev), phi_i(n,nlev+1), qdp(n,nlev,qsize)
    real(rk), dimension(n,nlev) :: p, exner, temperature, heated, share, density, mass, gained
    real(rk) :: p_i(n,nlev+1), nonhydrostatic(n,nlev+1), water(n,nlev,3), before(n,nlev,3), fallen(n)
    integer :: substeps(n), q, k
    call nonhydrostatic_pressures(n, nlev, vtheta_dp, dp, phi_i, p, exner, p_i, nonhydrostatic)
    temperature = exner * vtheta_dp / (dp * moist(nlev, qdp(:,:,vapor), dp))
    share = (dp - qdp(:,:,vapor)) / dp
    do q = vapor, drops  ! air drier than dry is left so
      before(:,:,q) = max(qdp(:,:,q) / dp, 0.0_rk) / share
    end do
    water = before
    heated = temperature
    density = p / (temperature * (rgas + rwater_vapor * before(:,:,vapor)))
    mass = (dp - qdp(:,:,vapor)) / g
    call kessler_columns(heated, water(:,:,vapor), water(:,:,cloud), water(:,:,drops), p, density, mass, dt, fallen, &
                         substeps, n, nlev)
    gained = qdp(:,:,vapor)
    do q = vapor, drops
      qdp(:,:,q) = with_source(qdp(:,:,q), share * (water(:,:,q) - before(:,:,q)) * dp)
    end do
    gained = qdp(:,:,vapor) - gained
    dp = dp + gained
    do k = 1, nlev
      p(:,k) = p(:,k) + hybm(k) * sum(gained, 2)
    end do
    exner = (p / p0)**kappa
    vtheta_dp = moist(nlev, qdp(:,:,vapor), dp) * heated * dp / exner
    do k = nlev, 1, -1
      phi_i(:,k) = phi_i(:,k+1) + rgas * vtheta_dp(:,k) * exner(:,k) / p(:,k)
    end do
  end subroutine rain_on_element

  ! gas constant of moist air over that of dry air
  pure function moist(nlev, vapor_mass, dp) result(ratio)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: vapor_mass(n,nlev), dp(n,nlev)
    real(rk) :: ratio(n,nlev)
    ratio = 1 + (rwater_vapor / rgas - 1) * (vapor_mass / dp)
  end function moist

  ! a sink takes a positive mass to zero, a negative one no further
  elemental real(rk) function with_source(mass, change)
    real(rk), intent(in) :: mass, change
    with_source = mass + change
    if (with_source < 0 .and. change < 0) with_source = mass - max(mass, 0.0_rk)
  end function with_source

end module supercell
