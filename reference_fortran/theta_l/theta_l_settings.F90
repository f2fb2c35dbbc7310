! Constants, namelist options and vertical coordinate of the theta-l dynamical core.
! Names are the namelist words; a driver sets every one of them.
!
! HOMME: control_mod, physical_constants, hybvcoord_mod
module theta_l_settings
  use kinds, only: rk
  implicit none
  public

  real(rk) :: g = 9.80616_rk, rgas = 287.04_rk, cp = 1005.0_rk, kappa = 287.04_rk / 1005.0_rk
  real(rk) :: p0 = 1.0e5_rk, ps0 = 1.0e5_rk, tref = 288.0_rk, tref_lapse_rate = 0.0065_rk

  integer :: theta_advect_form = 1, pgrad_correction = 1, tstep_type = 5
  integer :: qsplit = 1, rsplit = 3             ! rsplit = 0: vertically Eulerian
  integer :: vert_remap_u_alg = 10, vert_remap_q_alg = 10
  real(rk) :: dp3d_thresh = 0.125_rk, vtheta_thresh = 100.0_rk

  integer :: hypervis_subcycle = 1, hypervis_subcycle_tom = 0
  integer :: hv_ref_profiles = 0, hv_theta_correction = 0
  real(rk) :: nu = 0.0_rk, nu_div = 0.0_rk, nu_s = 0.0_rk, nu_p = 0.0_rk, nu_top = 0.0_rk
  real(rk) :: hv_theta_thresh = 0.025_rk, hypervis_scaling = 0.0_rk, laplace_scaling = 0.0_rk
  real(rk) :: tom_sponge_start = 0.0_rk
  real(rk) :: mu = 0.0_rk, mu_s = 0.0_rk, mu_q = 0.0_rk  ! dcmip16_mu, dcmip16_mu_s, dcmip16_mu_q

  real(rk), allocatable :: hyai(:), hybi(:), hyam(:), hybm(:)

contains

  subroutine set_vertical_coordinate(nlev, a_i, b_i, a_m, b_m)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: a_i(nlev+1), b_i(nlev+1), a_m(nlev), b_m(nlev)
    hyai = a_i
    hybi = b_i
    hyam = a_m
    hybm = b_m
  end subroutine set_vertical_coordinate

end module theta_l_settings
