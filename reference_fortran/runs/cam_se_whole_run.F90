! A whole run of CAM-SE from scalars: mesh, connectivity, Coriolis parameter, dry levels, viscosity by level, sponge,
! reference states and the baroclinic wave are made here, and nothing is handed over but numbers of a namelist.
! Before: the options of cam_se_settings that are not set below; limiter_option, hypervis_subcycle_q and nu_q of tracers.
! Water vapor is the one active species. Viscosities of -1 are chosen as CAM does.
!
! CAM-SE: prim_driver_mod (prim_init2, prim_run_subcycle), global_norms_mod (print_cfl), ic_baroclinic
module cam_se_whole_run
  use kinds, only: rk, dk
  use dimensions, only: np
  use baroclinic_wave, only: column, dry_layers
  use cam_se_coefficients, only: reference_state, automatic_viscosity, viscosity_profile, sponge_profile
  use cam_se_settings
  use cam_se_step, only: prim_run_subcycle
  use levels, only: set_levels, hyai_d => hyai, hybi_d => hybi, hyam_d => hyam, hybm_d => hybm
  use mesh, only: lat, lon
  use moist_air, only: set_composition, p_top
  use own_mesh, only: make_mesh
  use planets, only: planet, earth_of_homme, earth_of_cam, nudged_planet
  use tracers, only: nu_of_tracers => nu_q, dp_viscosity, tensor_of_tracers => tensor_viscosity
  use ulps, only: sow, nudge, nudge_double
  implicit none
  private
  public :: run

contains

  ! The state after ncalls calls (rsplit tracer steps and a remap each) from the wave; u: temperature, wind, dry mass.
  ! planet_of: 1 HOMME's Earth, 2 CAM's. ne (0: elements given to mesh), map: as build of mesh. eta_top, eta_c: set_levels.
  ! gust: 0 none, 1 exponential, 2 from a streamfunction. seed: 0, or which ulps are added to all that is made here.
  ! quirks: with the sponge and the second Laplacian as CAM-SE codes them.
  subroutine run(planet_of, ne, map, nelem, nlev, eta_top, eta_c, moist, gust, nu, nu_div, hypervis_scaling, quirks, dt, &
                 ncalls, seed, u, qdp)
    integer, intent(in) :: planet_of, ne, map, nelem, nlev, gust, ncalls, seed
    logical, intent(in) :: moist, quirks
    real(dk), intent(in) :: eta_top, eta_c, hypervis_scaling
    real(rk), intent(in) :: nu, nu_div, dt
    real(rk), intent(out) :: u(np,np,ncomp,nlev,nelem), qdp(np,np,nlev,1,nelem)
    real(rk), allocatable :: temp_ref(:,:,:,:), dp_ref(:,:,:,:)
    real(rk) :: phis(np,np,nelem)
    type(planet) :: world
    integer :: n

    world = earth_of_cam
    if (planet_of == 1) world = earth_of_homme
    call sow(seed)
    call set_levels(nlev, eta_top, eta_c)
    call set_vertical_coordinate(nlev, real(hyai_d, rk), real(hybi_d, rk), real(hyam_d, rk), real(hybm_d, rk))
    call set_air(world)
    call make_mesh(world, ne, map, hypervis_scaling, 0.0_dk)
    call choose_viscosities(nlev, ne, nu, nu_div, quirks)
    tensor_viscosity = hypervis_scaling > 0
    tensor_of_tracers = tensor_viscosity
    dp_viscosity = nu_p > 0
    allocate(temp_ref(np,np,nlev,nelem), dp_ref(np,np,nlev,nelem))
    phis = 0
    call reference_state(phis, real(world%r_dry, rk), temp_ref, dp_ref, nlev, nelem)
    call wave(nudged_planet(world), nlev, nelem, moist, gust, u, qdp)
    do n = 1, ncalls
      call prim_run_subcycle(u, qdp, phis, temp_ref, dp_ref, dt, nlev, 1, nelem)
    end do
  end subroutine run

  ! Dry air and vapor. The vapor's constants are CAM's on every planet: they belong to the species.
  subroutine set_air(world)
    type(planet), intent(in) :: world
    real(rk) :: heat(0:1), gas(0:1)
    heat = real([world%cp_dry, earth_of_cam%cp_vapor], rk)
    gas = real([world%r_dry, earth_of_cam%r_vapor], rk)
    call set_composition(0, heat, gas, real(world%gravity, rk), real(world%p0, rk), real(hyai_d(1)*world%p0, rk), 1)
    cpair = real(world%cp_dry, rk)
    tref = 288
    lapse_rate = 0.0065_rk
  end subroutine set_air

  ! Coefficients by level, the levels with a sponge, the first level that friction heats.
  subroutine choose_viscosities(nlev, ne, nu_given, nu_div_given, quirks)
    use element_data, only: rearth
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: nu_given, nu_div_given
    logical, intent(in) :: quirks
    real(rk) :: nu, nu_div, factor, factor_div, by_level(nlev), by_level_t(nlev), by_level_div(nlev), scale(nlev)
    integer :: middle

    nu = nu_given
    nu_div = nu_div_given
    if (nu < 0) call automatic_viscosity(ne, rearth, nu)
    if (nu_div < 0) nu_div = 2.5_rk*nu
    if (nu_p < 0) nu_p = nu
    if (nu_of_tracers < 0) nu_of_tracers = nu_p
    call near_the_top(middle, factor, factor_div)
    call viscosity_profile(nu, nu_p, factor, middle, by_level, nlev)
    call viscosity_profile(nu_p, nu_p, factor, middle, by_level_t, nlev)
    call viscosity_profile(nu_div, nu_p, factor_div, middle, by_level_div, nlev)
    call sponge_profile(scale, nlev)
    ! DIFFERS: CAM-SE's third layer has ten times the tanh profile that the others have.
    if (.not. quirks .and. p_top > 100 .and. p_top <= 300 .and. nlev > 2) scale(3) = 0.39_rk
    call set_viscosity_levels(nlev, by_level, by_level_t, by_level_div, scale)
    first_heated_level = middle + 2
    ksponge_end = merge(count(scale > 0), 0, nu_top > 0)
    nu_ratio_of_last_level = quirks
  end subroutine choose_viscosities

  ! Where hyperviscosity is stronger: level in the middle of the change and factors of nu_p above, by the model top.
  subroutine near_the_top(middle, factor, factor_div)
    integer, intent(out) :: middle
    real(rk), intent(out) :: factor, factor_div
    middle = 1
    factor = 1
    factor_div = 1
    if (p_top <= 0.1_rk) then
      middle = 20
      factor = 5
      factor_div = 10
    else if (p_top <= 100) then
      middle = 4
      factor = 3.375_rk
      factor_div = 3.375_rk
    end if
  end subroutine near_the_top

  ! In double precision, then rounded.
  subroutine wave(world, nlev, nelem, moist, gust, u, qdp)
    type(planet), intent(in) :: world
    integer, intent(in) :: nlev, nelem, gust
    logical, intent(in) :: moist
    real(rk), intent(out) :: u(np,np,ncomp,nlev,nelem), qdp(np,np,nlev,1,nelem)
    real(dk) :: wind(2,nlev), temp(nlev), q(nlev), dp(nlev), place(2)
    integer :: e, i, j
    do e = 1, nelem
      do j = 1, np
        do i = 1, np
          place = [lon(i,j,e), lat(i,j,e)]
          call nudge_double(2, place)
          call dry_layers(column(world, place(1), place(2), moist), nlev, hyai_d, hybi_d, hyam_d, hybm_d, gust, &
                          wind, temp, dp, q)
          u(i,j,i_temp,:,e) = real(temp, rk)
          u(i,j,i_u:i_v,:,e) = real(wind, rk)
          u(i,j,i_dp,:,e) = real(dp, rk)
          qdp(i,j,:,1,e) = real(q*dp, rk)
        end do
      end do
    end do
    call nudge(size(u), u)
    call nudge(size(qdp), qdp)
  end subroutine wave

end module cam_se_whole_run
