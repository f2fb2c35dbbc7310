! A whole run of hydrostatic theta-l from scalars: mesh, connectivity, Coriolis parameter, levels, reference states,
! sponge and the baroclinic wave are made here, and nothing is handed over but numbers of a namelist.
! Before: every option of theta_l_settings but constants, levels and those below; limiter_option, hypervis_subcycle_q
! and nu_q of tracers. Viscosities of -1 are chosen as HOMME's namelist does, nu as CAM-SE does.
!
! HOMME: prim_driver_base (prim_init1, prim_init2, prim_run_subcycle), namelist_mod, dcmip16_wrapper
module theta_l_whole_run
  use kinds, only: rk, dk
  use dimensions, only: np
  use baroclinic_wave, only: column, moist_layers
  use cam_se_coefficients, only: automatic_viscosity
  use levels, only: set_levels, hyai_d => hyai, hybi_d => hybi, hyam_d => hyam, hybm_d => hybm
  use mesh, only: lat, lon
  use own_mesh, only: make_mesh
  use planets, only: planet, earth_of_homme, earth_of_cam, nudged_planet
  use theta_l_hydrostatic, only: prim_run_subcycle, prim_run_subcycle_tracers
  use theta_l_reference, only: initialize_reference_states, initialize_sponge
  use theta_l_settings
  use tracers, only: nu_q
  use ulps, only: sow, nudge, nudge_double
  implicit none
  private
  public :: run

contains

  ! The state after ncalls calls from the wave; qdp is the mass of the vapor, which moves only if it is carried.
  ! planet_of: 1 HOMME's Earth, 2 CAM's. ne (0: elements given to mesh), map: as build of mesh. eta_top, eta_c: set_levels.
  ! gust: 0 none, 1 exponential, 2 from a streamfunction. seed: 0, or which ulps are added to all that is made here.
  subroutine run(planet_of, ne, map, nelem, nlev, eta_top, eta_c, moist, gust, carried, dt, ncalls, seed, v, vtheta_dp, &
                 dp3d, qdp)
    integer, intent(in) :: planet_of, ne, map, nelem, nlev, gust, ncalls, seed
    logical, intent(in) :: moist, carried
    real(rk), intent(in) :: dt
    real(dk), intent(in) :: eta_top, eta_c
    real(rk), intent(out) :: v(np,np,2,nlev,nelem), vtheta_dp(np,np,nlev,nelem), dp3d(np,np,nlev,nelem)
    real(rk), intent(out) :: qdp(np,np,nlev,1,nelem)
    real(rk) :: phis(np,np,nelem)
    type(planet) :: world

    world = earth_of_homme
    if (planet_of == 2) world = earth_of_cam
    call sow(seed)
    call set_constants(world)
    call set_levels(nlev, eta_top, eta_c)
    call set_vertical_coordinate(nlev, real(hyai_d, rk), real(hybi_d, rk), real(hyam_d, rk), real(hybm_d, rk))
    call make_mesh(world, ne, map, real(hypervis_scaling, dk), real(laplace_scaling, dk))
    call choose_viscosities(ne)
    phis = 0
    call initialize_reference_states(phis, nlev, nelem)
    call initialize_sponge(nlev)
    call wave(nudged_planet(world), nlev, nelem, moist, gust, v, vtheta_dp, dp3d, qdp)
    if (ncalls == 0) return
    if (carried) then
      call prim_run_subcycle_tracers(v, vtheta_dp, dp3d, qdp, phis, dt, ncalls, nlev, 1, nelem)
    else
      call prim_run_subcycle(v, vtheta_dp, dp3d, phis, dt, ncalls, nlev, nelem)
    end if
  end subroutine run

  subroutine set_constants(world)
    type(planet), intent(in) :: world
    g = real(world%gravity, rk)
    rgas = real(world%r_dry, rk)
    cp = real(world%cp_dry, rk)
    kappa = real(world%r_dry/world%cp_dry, rk)
    p0 = real(world%p0, rk)
    ps0 = p0
    tref = 288
    tref_lapse_rate = 0.0065_rk
  end subroutine set_constants

  subroutine choose_viscosities(ne)
    use element_data, only: rearth
    integer, intent(in) :: ne
    if (nu < 0) call automatic_viscosity(ne, rearth, nu)
    if (nu_s < 0) nu_s = nu
    if (nu_div < 0) nu_div = nu
    if (nu_q < 0) nu_q = nu
    if (nu_p < 0 .and. rsplit > 0) nu_p = nu
    if (nu_p < 0) nu_p = 0
  end subroutine choose_viscosities

  ! In double precision, then rounded; vtheta_dp takes the Exner function at p_i + dp/2.
  subroutine wave(world, nlev, nelem, moist, gust, v, vtheta_dp, dp3d, qdp)
    type(planet), intent(in) :: world
    integer, intent(in) :: nlev, nelem, gust
    logical, intent(in) :: moist
    real(rk), intent(out) :: v(np,np,2,nlev,nelem), vtheta_dp(np,np,nlev,nelem), dp3d(np,np,nlev,nelem)
    real(rk), intent(out) :: qdp(np,np,nlev,1,nelem)
    real(dk) :: wind(2,nlev), t_v(nlev), q(nlev), dp(nlev), p(nlev), place(2)
    integer :: e, i, j
    do e = 1, nelem
      do j = 1, np
        do i = 1, np
          place = [lon(i,j,e), lat(i,j,e)]
          call nudge_double(2, place)
          call moist_layers(column(world, place(1), place(2), moist), nlev, hyam_d + hybm_d, gust, wind, t_v, q)
          dp = (hyai_d(2:) - hyai_d(:nlev))*world%p0 + (hybi_d(2:) - hybi_d(:nlev))*world%p0
          p = hyai_d(:nlev)*world%p0 + hybi_d(:nlev)*world%p0 + dp/2
          v(i,j,:,:,e) = real(wind, rk)
          dp3d(i,j,:,e) = real(dp, rk)
          vtheta_dp(i,j,:,e) = real(t_v*dp*(p/world%p0)**(-world%r_dry/world%cp_dry), rk)
          qdp(i,j,:,1,e) = real(q*dp, rk)
        end do
      end do
    end do
    call nudge(size(v), v)
    call nudge(size(dp3d), dp3d)
    call nudge(size(vtheta_dp), vtheta_dp)
    call nudge(size(qdp), qdp)
  end subroutine wave

end module theta_l_whole_run
