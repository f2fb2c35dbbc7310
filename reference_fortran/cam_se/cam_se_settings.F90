! Options, coefficients and vertical coordinate of the CAM-SE dynamical core; names are the namelist words.
! Gas constants live in moist_air, the mesh in element_data.
!
! CAM-SE: control_mod, hybvcoord_mod, dyn_comp (namelist), vertremap_mod (algorithm codes)
module cam_se_settings
  use kinds, only: rk
  implicit none
  public

  ! Components of the packed state u(np,np,ncomp,lev,elem): temperature, wind, dry layer mass.
  integer, parameter :: i_temp = 1, i_u = 2, i_v = 3, i_dp = 4, ncomp = 4

  integer :: se_pgf_formulation = 1, tstep_type = 4, ftype = 2
  integer :: nsplit = 2, rsplit = 3, qsplit = 1
  integer :: hypervis_subcycle = 3, hypervis_subcycle_sponge = 1
  ! Negative: finite-volume profile kord = |code| (|code|/10 over log p when <= -20); 1, 2, 10: PPM.
  integer :: vert_remap_uvtq_alg = -9, vert_remap_tracer_alg = 10

  real(rk) :: nu_p = 0, nu_q = 0, nu_top = 0
  real(rk), allocatable :: nu_lev(:), nu_t_lev(:), nu_div_lev(:), nu_scale_top(:)
  integer :: first_heated_level = 3  ! frictional heating from here downward: sponge_del4_lev + 2
  integer :: ksponge_end = 0         ! the sponge acts on levels 1..ksponge_end
  logical :: tensor_viscosity = .false.
  logical :: scalar_viscosity = .false.  ! hypervis_power: times a number at each node, in both Laplacians
  ! The reference's second vector Laplacian takes nu_div/nu of the last level on every level.
  logical :: nu_ratio_of_last_level = .true.

  real(rk) :: cpair = 1004.64_rk, tref = 288, lapse_rate = 0.0065_rk
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

  subroutine set_viscosity_levels(nlev, nu, nu_t, nu_div, scale_top)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: nu(nlev), nu_t(nlev), nu_div(nlev), scale_top(nlev)
    nu_lev = nu
    nu_t_lev = nu_t
    nu_div_lev = nu_div
    nu_scale_top = scale_top
  end subroutine set_viscosity_levels

end module cam_se_settings
