! Viscosity coefficients by level and the hydrostatic reference state that hyperviscosity leaves alone.
!
! Simmons & Jiabin (1991), doi:10.1002/qj.49711749703c (reference profile).
! CAM-SE: global_norms_mod (print_cfl), prim_driver_mod (prim_init2)
module cam_se_coefficients
  use kinds, only: rk
  use dimensions, only: np
  use moist_air, only: gravity, p_reference, p_top
  use moist_air_diagnostics, only: reference_thickness
  use cam_se_settings, only: hyai, hybi, hyam, hybm, cpair, tref, lapse_rate
  implicit none
  private
  public :: reference_state, automatic_viscosity, viscosity_profile, sponge_profile

  real(rk), parameter :: standard_pressure = 101325, earth_radius = 6.37122e6_rk

contains

  ! Temperature and layer mass of the reference atmosphere over topography; where levels are pure pressure, T_ref = 0.
  subroutine reference_state(phis, r_dry, temp_ref, dp_ref, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: phis(np,np,ne), r_dry
    real(rk), intent(out) :: temp_ref(np,np,nlev,ne), dp_ref(np,np,nlev,ne)
    real(rk) :: ps(np,np), t1
    integer :: e, k
    t1 = lapse_rate*tref*cpair/gravity
    do e = 1, ne
      call reference_thickness(hyai, hybi, phis(:,:,e), r_dry, tref, dp_ref(:,:,:,e), ps, np*np, nlev)
      do k = 1, nlev
        temp_ref(:,:,k,e) = 0
        if (hybm(k) > 0) then
          temp_ref(:,:,k,e) = tref - t1 + t1*((hyam(k)*p_reference + hybm(k)*ps)/p_reference)**(r_dry/cpair)
          dp_ref(:,:,k,e) = dp_ref(:,:,k,e) - (hyai(k+1) - hyai(k) + hybi(k+1) - hybi(k))*p_reference
        end if
      end do
    end do
  end subroutine reference_state

  ! Default of nu and nu_p [m4 s-1] on a uniform mesh of ne elements along a cube edge.
  subroutine automatic_viscosity(ne, radius, nu)
    integer, intent(in) :: ne
    real(rk), intent(in) :: radius
    real(rk), intent(out) :: nu
    nu = radius/earth_radius*1.0e15_rk*(30.0_rk/ne)**(1/log10(2.0_rk))
  end subroutine automatic_viscosity

  ! One coefficient by level: `nu` below, `factor*nu_p` above level `middle`, tanh in log p between; factor 1 leaves nu.
  subroutine viscosity_profile(nu, nu_p, factor, middle, profile, nlev)
    integer, intent(in) :: nlev, middle
    real(rk), intent(in) :: nu, nu_p, factor
    real(rk), intent(out) :: profile(nlev)
    real(rk) :: p(nlev), share(nlev)
    p = hyam*p_reference + hybm*standard_pressure
    share = 0.5_rk*(1 + tanh(2*log(p(middle)/p)))
    profile = nu
    if (abs(factor - 1) > 0) profile = (1 - share)*nu + share*factor*nu_p
  end subroutine viscosity_profile

  ! Multiples of nu_top on the top levels, by the pressure of the model top.
  subroutine sponge_profile(profile, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(out) :: profile(nlev)
    real(rk) :: scale(6)
    scale = 0
    if (p_top > 300) then
      scale(1:3) = [4.0_rk, 2.0_rk, 1.0_rk]
    else if (p_top > 100) then
      scale(1:3) = [4.4_rk, 1.3_rk, 3.9_rk]
    else if (p_top > 0.1_rk) then
      scale(1:4) = [3.0_rk, 1.0_rk, 0.1_rk, 0.05_rk]
    else if (p_top > 1.0e-4_rk) then
      scale = [5.0_rk, 5.0_rk, 5.0_rk, 2.0_rk, 1.0_rk, 0.1_rk]
    end if
    profile = 0
    profile(1:min(6, nlev)) = scale(1:min(6, nlev))
  end subroutine sponge_profile

end module cam_se_coefficients
