! The hydrostatic theta-l dynamical core as a user of this package calls it: separate fields in, separate fields out.
! Before: element_data (set_grid, set_connectivity, tensors), theta_l_settings, theta_l_reference.
! Fields: wind (np,np,2,nlev,ne), scalars (np,np,nlev,ne), interfaces (np,np,nlev+1,ne), phis (np,np,ne).
!
! HOMME: prim_advance_mod, prim_driver_base, vertremap_mod (theta_hydrostatic_mode = .true.)
module theta_l_hydrostatic
  use kinds, only: rk
  use dimensions, only: np
  use theta_l_column, only: hydrostatic_column, nodes
  use theta_l_hypervis, only: diffuse, damp_top
  use theta_l_remap, only: remap => vertical_remap
  use theta_l_run, only: run_subcycle => prim_run_subcycle
  use theta_l_step, only: advance_exp => prim_advance_exp, prepare_step, clear_means, &
                          vn0_sum => vn0, omega_sum => omega, etadot
  use theta_l_tendency, only: apply_rhs => compute_andor_apply_rhs, nfields, theta_mass, thickness
  implicit none
  private
  public :: compute_andor_apply_rhs, geopotential, column, rk_stage, advance_hypervis, prim_advance_exp, vertical_remap
  public :: prim_run_subcycle, prim_run_subcycle_tracers

contains

  ! fields := DSS(scale3 * fields + dt2 * tendency); the mean fluxes are eta_ave_w times their value
  subroutine compute_andor_apply_rhs(v, vtheta_dp, dp3d, vn0, omega, eta_dot_dpdn, &
                                     phis, dt2, eta_ave_w, scale3, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne), eta_dot_dpdn(np,np,nlev+1,ne)
    real(rk), intent(in) :: phis(np,np,ne), dt2, eta_ave_w, scale3
    real(rk), allocatable :: state(:,:,:,:,:), updated(:,:,:,:,:)
    allocate(state(np,np,nfields,nlev,ne), updated(np,np,nfields,nlev,ne))
    vn0 = 0
    omega = 0
    eta_dot_dpdn = 0
    call pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    call apply_rhs(nlev, ne, scale3, dt2, eta_ave_w, phis, state, state, updated, vn0, omega, eta_dot_dpdn)
    call unpack_state(updated, v, vtheta_dp, dp3d, nlev, ne)
  end subroutine compute_andor_apply_rhs

  ! interface geopotential as the tendency uses it
  subroutine geopotential(vtheta_dp, dp3d, phis, phinh_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne), phis(np,np,ne)
    real(rk), intent(out) :: phinh_i(np,np,nlev+1,ne)
    real(rk), dimension(nodes, nlev) :: p, log_exner, exner
    integer :: e
    do e = 1, ne
      call hydrostatic_column(nlev, phis(1,1,e), vtheta_dp(1,1,1,e), dp3d(1,1,1,e), p, log_exner, exner, &
                              phinh_i(1,1,1,e))
    end do
  end subroutine geopotential

  ! pressure, kappa log(p / p0) and Exner function at midpoints, interface geopotential, as the tendency uses them
  subroutine column(vtheta_dp, dp3d, phis, p, log_exner, exner, phinh_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne), phis(np,np,ne)
    real(rk), intent(out), dimension(np,np,nlev,ne) :: p, log_exner, exner
    real(rk), intent(out) :: phinh_i(np,np,nlev+1,ne)
    integer :: e
    do e = 1, ne
      call hydrostatic_column(nlev, phis(1,1,e), vtheta_dp(1,1,1,e), dp3d(1,1,1,e), p(1,1,1,e), log_exner(1,1,1,e), &
                              exner(1,1,1,e), phinh_i(1,1,1,e))
    end do
  end subroutine column

  ! one Runge-Kutta stage: fields := DSS(base + h * tendency(fields)), limited; vn0 and omega are those of the tendency
  subroutine rk_stage(v, vtheta_dp, dp3d, v_base, vtheta_dp_base, dp3d_base, vn0, omega, phis, h, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d
    real(rk), intent(in) :: v_base(np,np,2,nlev,ne), vtheta_dp_base(np,np,nlev,ne), dp3d_base(np,np,nlev,ne)
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), h
    real(rk), allocatable, dimension(:,:,:,:,:) :: state, base, updated
    real(rk), allocatable :: eta_dot_dpdn(:,:,:,:)
    allocate(state(np,np,nfields,nlev,ne), eta_dot_dpdn(np,np,nlev+1,ne))
    allocate(base, updated, mold=state)
    vn0 = 0
    omega = 0
    eta_dot_dpdn = 0
    call pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    call pack_state(v_base, vtheta_dp_base, dp3d_base, base, nlev, ne)
    call apply_rhs(nlev, ne, 1.0_rk, h, 1.0_rk, phis, base, state, updated, vn0, omega, eta_dot_dpdn)
    call unpack_state(updated, v, vtheta_dp, dp3d, nlev, ne)
  end subroutine rk_stage

  ! hyperviscosity and sponge over dt
  subroutine advance_hypervis(v, vtheta_dp, dp3d, dpdiss_ave, dpdiss_biharmonic, dt, eta_ave_w, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d
    real(rk), intent(out) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    real(rk), intent(in) :: dt, eta_ave_w
    real(rk), allocatable :: state(:,:,:,:,:)
    allocate(state(np,np,nfields,nlev,ne))
    dpdiss_ave = 0
    dpdiss_biharmonic = 0
    call pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    call diffuse(nfields, nlev, ne, dt, eta_ave_w, state, dpdiss_ave, dpdiss_biharmonic)
    call damp_top(nfields, nlev, ne, dt, state)
    call unpack_state(state, v, vtheta_dp, dp3d, nlev, ne)
  end subroutine advance_hypervis

  ! one dynamics step: Runge-Kutta, then hyperviscosity if nu > 0
  subroutine prim_advance_exp(v, vtheta_dp, dp3d, vn0, omega, phis, dt, eta_ave_w, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d
    real(rk), intent(out) :: vn0(np,np,2,nlev,ne), omega(np,np,nlev,ne)
    real(rk), intent(in) :: phis(np,np,ne), dt, eta_ave_w
    real(rk), allocatable :: state(:,:,:,:,:)
    allocate(state(np,np,nfields,nlev,ne))
    call pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    call prepare_step(nlev, ne)
    call clear_means(ne)
    call advance_exp(nlev, ne, dt, eta_ave_w, phis, state)
    call unpack_state(state, v, vtheta_dp, dp3d, nlev, ne)
    vn0 = reshape(vn0_sum, shape(vn0))
    omega = reshape(omega_sum, shape(omega))
  end subroutine prim_advance_exp

  ! floating layers back to those of the hybrid coordinate
  subroutine vertical_remap(v, vtheta_dp, dp3d, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d
    real(rk), allocatable :: state(:,:,:,:,:), no_tracers(:,:,:,:)
    allocate(state(np,np,nfields,nlev,ne), no_tracers(nodes,nlev,0,ne))
    call pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    call prepare_step(nlev, ne)
    call remap(nlev, 0, ne, 0.0_rk, etadot, state, no_tracers)
    call unpack_state(state, v, vtheta_dp, dp3d, nlev, ne)
  end subroutine vertical_remap

  ! the driver loop: ncalls times (rsplit * qsplit dynamics steps of dt, then the vertical remap)
  subroutine prim_run_subcycle(v, vtheta_dp, dp3d, phis, dt, ncalls, nlev, ne)
    integer, intent(in) :: ncalls, nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d
    real(rk), intent(in) :: phis(np,np,ne), dt
    real(rk), allocatable :: no_tracers(:,:,:,:,:)
    allocate(no_tracers(np,np,nlev,0,ne))
    call repeat_subcycle(v, vtheta_dp, dp3d, no_tracers, phis, dt, ncalls, nlev, 0, ne)
  end subroutine prim_run_subcycle

  ! the same with tracers: a tracer step after every qsplit dynamics steps; its options are in the module tracers
  subroutine prim_run_subcycle_tracers(v, vtheta_dp, dp3d, qdp, phis, dt, ncalls, nlev, qsize, ne)
    integer, intent(in) :: ncalls, nlev, qsize, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, qdp
    real(rk), intent(in) :: phis(np,np,ne), dt
    call repeat_subcycle(v, vtheta_dp, dp3d, qdp, phis, dt, ncalls, nlev, qsize, ne)
  end subroutine prim_run_subcycle_tracers

  subroutine repeat_subcycle(v, vtheta_dp, dp3d, qdp, phis, dt, ncalls, nlev, qsize, ne)
    integer, intent(in) :: ncalls, nlev, qsize, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne), dt
    real(rk), allocatable :: state(:,:,:,:,:)
    integer :: call_number
    allocate(state(np,np,nfields,nlev,ne))
    call pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    do call_number = 1, ncalls
      call run_subcycle(nlev, qsize, ne, dt, phis, state, qdp)
    end do
    call unpack_state(state, v, vtheta_dp, dp3d, nlev, ne)
  end subroutine repeat_subcycle

  subroutine pack_state(v, vtheta_dp, dp3d, state, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(out) :: state(np,np,nfields,nlev,ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      state(:,:,1:2,:,e) = v(:,:,:,:,e)
      state(:,:,theta_mass,:,e) = vtheta_dp(:,:,:,e)
      state(:,:,thickness,:,e) = dp3d(:,:,:,e)
    end do
  end subroutine pack_state

  subroutine unpack_state(state, v, vtheta_dp, dp3d, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: state(np,np,nfields,nlev,ne)
    real(rk), intent(out) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      v(:,:,:,:,e) = state(:,:,1:2,:,e)
      vtheta_dp(:,:,:,e) = state(:,:,theta_mass,:,e)
      dp3d(:,:,:,e) = state(:,:,thickness,:,e)
    end do
  end subroutine unpack_state

end module theta_l_hydrostatic
