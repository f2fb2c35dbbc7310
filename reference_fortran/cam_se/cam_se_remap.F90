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
  use remap_ppm, only: ppm_columns, ppm_mirror, ppm_piecewise_constant, ppm_linear_limited
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
    real(rk), dimension(ncol,nlev) :: dp, dp_new, moist, moist_new, factor, heat
    dp = u(:,i_dp,:)
    call reference_layers(dp, dp_new, ncol, nlev)
    call moist_mass(dp, qdp, moist, ncol*nlev)
    call heat_factor(dp, qdp, factor, ncol*nlev)
    heat = u(:,i_temp,:)*factor
    call remap_tracers(dp, dp_new, qdp, ncol, nlev, qsize)
    call moist_mass(dp_new, qdp, moist_new, ncol*nlev)
    if (over_log_pressure(vert_remap_uvtq_alg)) then
      call remap_finite_volume(moist, moist_new, vert_remap_uvtq_alg, .true., is_energy, heat, ncol, nlev)
    else
      call remap_mass(dp, dp_new, vert_remap_uvtq_alg, is_energy, heat, ncol, nlev)
    end if
    call heat_factor(dp_new, qdp, factor, ncol*nlev)
    u(:,i_temp,:) = heat/factor
    call remap_mean(moist, moist_new, vert_remap_uvtq_alg, is_wind, u(:,i_u,:), ncol, nlev)
    call remap_mean(moist, moist_new, vert_remap_uvtq_alg, is_wind, u(:,i_v,:), ncol, nlev)
    u(:,i_dp,:) = dp_new
  end subroutine vertical_remap_columns

  ! Layers of the hybrid coordinate over the dry surface pressure.
  subroutine reference_layers(dp, dp_new, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in) :: dp(ncol,nlev)
    real(rk), intent(out) :: dp_new(ncol,nlev)
    real(rk) :: ps(ncol)
    integer :: k
    ps = dp(:,1)
    do k = 2, nlev
      ps = ps + dp(:,k)
    end do
    ps = p_top + ps
    do k = 1, nlev
      dp_new(:,k) = (hyai(k+1) - hyai(k))*p_reference + (hybi(k+1) - hybi(k))*ps
    end do
  end subroutine reference_layers

  pure logical function over_log_pressure(alg)
    integer, intent(in) :: alg
    over_log_pressure = alg <= -20
  end function over_log_pressure

  subroutine moist_mass(dp, qdp, moist, n)
    integer, intent(in) :: n
    real(rk), intent(in) :: dp(n), qdp(n,n_species)
    real(rk), intent(out) :: moist(n)
    integer :: m
    moist = dp
    do m = n_dry + 1, n_species
      moist = moist + qdp(:,m)
    end do
  end subroutine moist_mass

  ! What temperature is multiplied by in the remap: heat capacity of the layer, or T_v/T over log p.
  subroutine heat_factor(dp, qdp, factor, n)
    integer, intent(in) :: n
    real(rk), intent(in) :: dp(n), qdp(n,n_species)
    real(rk), intent(out) :: factor(n)
    real(rk) :: q(n,n_species)
    integer :: m
    do m = 1, n_species
      q(:,m) = qdp(:,m)/dp
    end do
    if (over_log_pressure(vert_remap_uvtq_alg)) then
      call virtual_factor(q, factor, n, n_species)
      return
    end if
    call dry_heat_capacity(q, factor, n, n_species)
    factor = factor*dp
    do m = n_dry + 1, n_species
      factor = factor + species_cp(m)*qdp(:,m)
    end do
  end subroutine heat_factor

  ! The active species, which come first, go with temperature and wind.
  subroutine remap_tracers(dp, dp_new, qdp, ncol, nlev, qsize)
    integer, intent(in) :: ncol, nlev, qsize
    real(rk), intent(in) :: dp(ncol,nlev), dp_new(ncol,nlev)
    real(rk), intent(inout) :: qdp(ncol,nlev,qsize)
    integer :: m, alg
    do m = 1, qsize
      alg = merge(vert_remap_uvtq_alg, vert_remap_tracer_alg, m <= n_species)
      call remap_mass(dp, dp_new, alg, is_tracer, qdp(:,:,m), ncol, nlev)
    end do
  end subroutine remap_tracers

  ! A mass per layer, between two sets of layer thicknesses.
  subroutine remap_mass(dp, dp_new, alg, kind_of_field, mass, ncol, nlev)
    integer, intent(in) :: alg, kind_of_field, ncol, nlev
    real(rk), intent(in) :: dp(ncol,nlev), dp_new(ncol,nlev)
    real(rk), intent(inout) :: mass(ncol,nlev)
    real(rk) :: before(ncol,nlev)
    if (alg < 0) then
      before = mass
      mass = mass*(1/dp)
      call remap_finite_volume(dp, dp_new, alg, .false., kind_of_field, mass, ncol, nlev)
      mass = mass*dp_new
      if (kind_of_field == is_tracer) call close_columns(before, mass, ncol, nlev)
    else
      call ppm_columns(ncol, nlev, 1, dp, dp_new, mass, ppm_boundary(alg))
    end if
  end subroutine remap_mass

  ! DIFFERS: the reference lets rounded thicknesses move the sum of a column by an ulp; here its heaviest layer takes that.
  subroutine close_columns(before, mass, ncol, nlev)
    integer, intent(in) :: ncol, nlev
    real(rk), intent(in) :: before(ncol,nlev)
    real(rk), intent(inout) :: mass(ncol,nlev)
    integer :: c, k
    do c = 1, ncol
      k = maxloc(abs(mass(c,:)), 1)
      mass(c,k) = mass(c,k) + sum(before(c,:) - mass(c,:))
    end do
  end subroutine close_columns

  integer function ppm_boundary(alg)
    integer, intent(in) :: alg
    select case (alg)
    case (1)
      ppm_boundary = ppm_mirror
    case (2)
      ppm_boundary = ppm_piecewise_constant
    case (10)
      ppm_boundary = ppm_linear_limited
    case default
      error stop 'cam_se_remap: PPM codes are 1, 2 and 10'
    end select
  end function ppm_boundary

  ! A mean per layer.
  subroutine remap_mean(dp, dp_new, alg, kind_of_field, mean, ncol, nlev)
    integer, intent(in) :: alg, kind_of_field, ncol, nlev
    real(rk), intent(in) :: dp(ncol,nlev), dp_new(ncol,nlev)
    real(rk), intent(inout) :: mean(ncol,nlev)
    if (alg < 0) then
      call remap_finite_volume(dp, dp_new, alg, .false., kind_of_field, mean, ncol, nlev)
    else
      mean = mean*dp
      call remap_mass(dp, dp_new, alg, kind_of_field, mean, ncol, nlev)
      mean = mean/dp_new
    end if
  end subroutine remap_mean

  subroutine remap_finite_volume(dp, dp_new, alg, over_log, kind_of_field, mean, ncol, nlev)
    integer, intent(in) :: alg, kind_of_field, ncol, nlev
    real(rk), intent(in) :: dp(ncol,nlev), dp_new(ncol,nlev)
    logical, intent(in) :: over_log
    real(rk), intent(inout) :: mean(ncol,nlev)
    real(rk) :: x(nlev+1), x_new(nlev+1), old(nlev), new(nlev)
    integer :: c, kord
    kord = merge(-alg/10, -alg, over_log_pressure(alg))
    do c = 1, ncol
      call layer_interfaces(p_top, dp(c,:), over_log, x, nlev)
      call layer_interfaces(p_top, dp_new(c,:), over_log, x_new, nlev)
      x(nlev+1) = x_new(nlev+1)
      old = mean(c,:)
      call remap_means(x, x_new, old, kord, kind_of_field, new, nlev)
      mean(c,:) = new
    end do
  end subroutine remap_finite_volume

end module cam_se_remap
