! Reference states that hyperviscosity is relative to, and the profile of the sponge layer.
! Kept here between calls: set from the topography, or given from outside.
!
! HOMME: element_ops:initialize_reference_states, model_init_mod:model_init2 (nu_scale_top)
module theta_l_reference
  use kinds, only: rk
  use element_operators, only: laplace_wk_slab
  use eos_columns, only: hydrostatic_phi
  use dimensions, only: np
  use theta_l_settings
  implicit none
  private
  public :: initialize_reference_states, set_reference_states, set_reference_geopotential
  public :: initialize_sponge, set_sponge_profile
  public :: dp_ref, theta_ref, phi_ref, lap_p_wk, nu_scale_top, nlev_tom

  real(rk), allocatable :: dp_ref(:,:,:,:), theta_ref(:,:,:,:), lap_p_wk(:,:,:,:), nu_scale_top(:)
  real(rk), allocatable :: phi_ref(:,:,:,:)  ! at interfaces; of the nonhydrostatic form
  integer :: nlev_tom = 0

contains

  ! ps_ref = ps0 exp(-phis / (R TREF)); what hv_ref_profiles leaves out is zero, phi_ref is always there
  subroutine initialize_reference_states(phis, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: phis(np,np,ne)
    real(rk) :: ps_ref(np,np), p_mid(np,np), exner(np,np), vtheta_dp(np,np,nlev)
    integer :: k, e
    call allocate_references(nlev, ne)
    do e = 1, ne
      ps_ref = ps0 * exp(-phis(:,:,e) / (rgas * tref))
      do k = 1, nlev
        dp_ref(:,:,k,e) = (hyai(k+1) - hyai(k)) * ps0 + (hybi(k+1) - hybi(k)) * ps_ref
        exner = reference_exner(k, ps_ref)
        theta_ref(:,:,k,e) = t0() / exner + t1()
        vtheta_dp(:,:,k) = theta_ref(:,:,k,e) * dp_ref(:,:,k,e)
        if (hv_ref_profiles == 6) theta_ref(:,:,k,e) = t0() + t0() * (1 - exner) + t1()  ! linear about exner = 1
        p_mid = hyam(k) * ps0 + hybm(k) * ps_ref
        call laplace_wk_slab(p_mid, e, lap_p_wk(1,1,k,e))
      end do
      call hydrostatic_phi(np*np, nlev, phis(1,1,e), vtheta_dp, dp_ref(1,1,1,e), phi_ref(1,1,1,e))
    end do
    if (hv_ref_profiles /= 0) return
    dp_ref = 0
    theta_ref = 0
  end subroutine initialize_reference_states

  ! Exner function at the mean of a layer's interface pressures
  pure function reference_exner(k, ps_ref) result(exner)
    integer, intent(in) :: k
    real(rk), intent(in) :: ps_ref(np,np)
    real(rk) :: p_above(np,np), p_below(np,np), exner(np,np)
    p_above = hyai(k) * ps0 + hybi(k) * ps_ref
    p_below = hyai(k+1) * ps0 + hybi(k+1) * ps_ref
    exner = ((p_above + p_below) / (2 * p0))**kappa
  end function reference_exner

  ! theta = t0 / exner + t1
  pure real(rk) function t0()
    t0 = tref - t1()
  end function t0

  pure real(rk) function t1()
    t1 = tref_lapse_rate * tref * cp / g
  end function t1

  subroutine set_reference_states(dp, theta, lap_p, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dp(np,np,nlev,ne), theta(np,np,nlev,ne), lap_p(np,np,nlev,ne)
    dp_ref = dp
    theta_ref = theta
    lap_p_wk = lap_p
  end subroutine set_reference_states

  subroutine set_reference_geopotential(phi, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: phi(np,np,nlev+1,ne)
    phi_ref = phi
  end subroutine set_reference_geopotential

  subroutine set_sponge_profile(profile, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: profile(nlev)
    integer :: k
    nu_scale_top = profile
    nlev_tom = 0
    do k = 1, nlev
      if (profile(k) > 0) nlev_tom = k
    end do
  end subroutine set_sponge_profile

  ! f = 16 r^2 / (r^2 + 1), r = top pressure / pressure, or f = 0.15 r^2 below tom_sponge_start [hPa]; 0.15 <= f <= 8
  subroutine initialize_sponge(nlev)
    integer, intent(in) :: nlev
    real(rk) :: etam(nlev), ratio_squared(nlev), profile(nlev), top
    etam = hyam + hybm
    top = hyai(1) + hybi(1)
    if (top == 0) top = etam(1)
    if (tom_sponge_start == 0) then
      ratio_squared = (top / etam)**2
      profile = 16 * ratio_squared / (ratio_squared + 1)
    else
      ratio_squared = ((tom_sponge_start / 1000) / etam)**2
      profile = 0.15_rk * ratio_squared
    end if
    where (profile < 0.15_rk) profile = 0
    call set_sponge_profile(min(profile, 8.0_rk), nlev)
  end subroutine initialize_sponge

  subroutine allocate_references(nlev, ne)
    integer, intent(in) :: nlev, ne
    if (allocated(dp_ref)) deallocate(dp_ref, theta_ref, phi_ref, lap_p_wk)
    allocate(dp_ref(np,np,nlev,ne), theta_ref(np,np,nlev,ne), lap_p_wk(np,np,nlev,ne), phi_ref(np,np,nlev+1,ne))
  end subroutine allocate_references

end module theta_l_reference
