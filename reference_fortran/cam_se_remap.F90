! Vertical remap of the CAM-SE state from floating to reference layers: tracers, enthalpy, wind.
! Tracers and enthalpy are remapped as masses over dry pressure, the wind as a mean over moist pressure. With an
! over-log-p code, virtual temperature over the logarithm of moist pressure takes the place of enthalpy.
!
! Lauritzen et al. (2018), doi:10.1029/2017MS001257. CAM-SE: vertremap_mod (vertical_remap, remap1)
module cam_se_remap
  use kinds, only: rk
  use dimensions, only: np
  use moist_air, only: n_species, n_dry, p_top, p_reference, species_cp, dry_heat_capacity, virtual_factor
  use cam_se_settings, only: hyai, hybi, vert_remap_uvtq_alg, vert_remap_tracer_alg, i_temp, i_u, i_v, i_dp, ncomp
  use fv_remap, only: remap_means, layer_interfaces
  implicit none
  private
  public :: vertical_remap, vertical_remap_columns

  integer, parameter :: is_tracer = 0, is_energy = 1, is_wind = -1

contains

  subroutine vertical_remap(u, qdp, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: u, qdp
    integer :: e
    !$omp parallel do
    do e = 1, ne
      call vertical_remap_columns(u(:,:,:,:,e), qdp(:,:,:,:,e), np*np, nlev, qsize)
    end do
  end subroutine vertical_remap

  subroutine vertical_remap_columns(u, qdp, ncol, nlev, qsize)
    integer, intent(in) :: ncol, nlev, qsize
    real(rk), intent(inout) :: u(ncol,ncomp,nlev), qdp(ncol,nlev,qsize)
    !f2py intent(in,out,copy) :: u, qdp
    real(rk) :: state(nlev,ncomp), q(nlev,qsize)
    integer :: c
    do c = 1, ncol
      state = transpose(u(c,:,:))
      q = qdp(c,:,:)
      call remap_column(state(:,i_temp), state(:,i_u), state(:,i_v), state(:,i_dp), q, nlev, qsize)
      u(c,:,:) = transpose(state)
      qdp(c,:,:) = q
    end do
  end subroutine vertical_remap_columns

  subroutine remap_column(temp, u, v, dp, qdp, nlev, qsize)
    integer, intent(in) :: nlev, qsize
    real(rk), intent(inout) :: temp(nlev), u(nlev), v(nlev), dp(nlev), qdp(nlev,qsize)
    real(rk) :: dp_new(nlev), moist(nlev), moist_new(nlev), heat(nlev)
    integer :: m, alg
    dp_new = (hyai(2:) - hyai(:nlev))*p_reference + (hybi(2:) - hybi(:nlev))*(p_top + sum(dp))
    moist = moist_mass(nlev, dp, qdp)
    call heat_content(temp, dp, qdp, heat, nlev)
    do m = 1, qsize
      alg = merge(vert_remap_uvtq_alg, vert_remap_tracer_alg, m <= n_species)
      call remap_mass(dp, dp_new, alg, is_tracer, qdp(:,m), nlev)
    end do
    moist_new = moist_mass(nlev, dp_new, qdp)
    if (over_log_pressure(vert_remap_uvtq_alg)) then
      call remap_finite_volume(moist, moist_new, vert_remap_uvtq_alg, .true., is_energy, heat, nlev)
    else
      call remap_mass(dp, dp_new, vert_remap_uvtq_alg, is_energy, heat, nlev)
    end if
    call temperature_of(heat, dp_new, qdp, temp, nlev)
    call remap_mean(moist, moist_new, vert_remap_uvtq_alg, is_wind, u, nlev)
    call remap_mean(moist, moist_new, vert_remap_uvtq_alg, is_wind, v, nlev)
    dp = dp_new
  end subroutine remap_column

  pure logical function over_log_pressure(alg)
    integer, intent(in) :: alg
    over_log_pressure = alg <= -20
  end function over_log_pressure

  pure function moist_mass(nlev, dp, qdp) result(moist)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(nlev), qdp(nlev,n_species)
    real(rk) :: moist(nlev)
    integer :: m
    moist = dp
    do m = n_dry + 1, n_species
      moist = moist + qdp(:,m)
    end do
  end function moist_mass

  ! What stands for temperature in the remap: enthalpy of the layer, or virtual temperature over log p.
  subroutine heat_content(temp, dp, qdp, heat, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: temp(nlev), dp(nlev), qdp(nlev,n_species)
    real(rk), intent(out) :: heat(nlev)
    real(rk) :: factor(nlev)
    call heat_factor(dp, qdp, factor, nlev)
    heat = temp*factor
  end subroutine heat_content

  subroutine temperature_of(heat, dp, qdp, temp, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: heat(nlev), dp(nlev), qdp(nlev,n_species)
    real(rk), intent(out) :: temp(nlev)
    real(rk) :: factor(nlev)
    call heat_factor(dp, qdp, factor, nlev)
    temp = heat/factor
  end subroutine temperature_of

  subroutine heat_factor(dp, qdp, factor, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(nlev), qdp(nlev,n_species)
    real(rk), intent(out) :: factor(nlev)
    real(rk) :: q(nlev,n_species)
    integer :: m
    do m = 1, n_species
      q(:,m) = qdp(:,m)/dp
    end do
    if (over_log_pressure(vert_remap_uvtq_alg)) then
      call virtual_factor(q, factor, nlev, n_species)
      return
    end if
    call dry_heat_capacity(q, factor, nlev, n_species)
    factor = factor*dp
    do m = n_dry + 1, n_species
      factor = factor + species_cp(m)*qdp(:,m)
    end do
  end subroutine heat_factor

  ! A mass per layer, between two sets of layer thicknesses.
  subroutine remap_mass(dp, dp_new, alg, kind_of_field, mass, nlev)
    integer, intent(in) :: nlev, alg, kind_of_field
    real(rk), intent(in) :: dp(nlev), dp_new(nlev)
    real(rk), intent(inout) :: mass(nlev)
    if (alg < 0) then
      mass = mass*(1/dp)
      call remap_finite_volume(dp, dp_new, alg, .false., kind_of_field, mass, nlev)
      mass = mass*dp_new
    else
      error stop 'cam_se_remap: PPM'
    end if
  end subroutine remap_mass

  ! A mean per layer.
  subroutine remap_mean(dp, dp_new, alg, kind_of_field, mean, nlev)
    integer, intent(in) :: nlev, alg, kind_of_field
    real(rk), intent(in) :: dp(nlev), dp_new(nlev)
    real(rk), intent(inout) :: mean(nlev)
    if (alg < 0) then
      call remap_finite_volume(dp, dp_new, alg, .false., kind_of_field, mean, nlev)
    else
      mean = mean*dp
      call remap_mass(dp, dp_new, alg, kind_of_field, mean, nlev)
      mean = mean/dp_new
    end if
  end subroutine remap_mean

  subroutine remap_finite_volume(dp, dp_new, alg, over_log, kind_of_field, mean, nlev)
    integer, intent(in) :: nlev, alg, kind_of_field
    real(rk), intent(in) :: dp(nlev), dp_new(nlev)
    logical, intent(in) :: over_log
    real(rk), intent(inout) :: mean(nlev)
    real(rk) :: x(nlev+1), x_new(nlev+1), old(nlev)
    call layer_interfaces(p_top, dp, over_log, x, nlev)
    call layer_interfaces(p_top, dp_new, over_log, x_new, nlev)
    x(nlev+1) = x_new(nlev+1)
    old = mean
    call remap_means(x, x_new, old, merge(-alg/10, -alg, over_log_pressure(alg)), kind_of_field, mean, nlev)
  end subroutine remap_finite_volume

end module cam_se_remap
