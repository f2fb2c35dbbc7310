! One dynamics step of the hydrostatic theta-l equations: Runge-Kutta stages, then hyperviscosity.
!
! HOMME: prim_advance_mod:prim_advance_exp
module theta_l_step
  use kinds, only: rk
  use theta_l_column, only: nodes
  use theta_l_hypervis, only: diffuse, damp_top
  use theta_l_settings, only: tstep_type, nu
  use theta_l_tendency, only: compute_andor_apply_rhs, nfields
  implicit none
  private
  public :: prim_advance_exp, prepare_step, clear_means
  public :: vn0, omega, etadot, dpdiss_ave, dpdiss_biharmonic

  ! what one tracer step accumulates
  real(rk), allocatable :: vn0(:, :, :, :), omega(:, :, :), etadot(:, :, :)
  real(rk), allocatable :: dpdiss_ave(:, :, :), dpdiss_biharmonic(:, :, :)
  ! intermediate stages
  real(rk), allocatable :: first(:, :, :, :), even(:, :, :, :), odd(:, :, :, :)

contains

  ! Runge-Kutta, then hyperviscosity
  subroutine prim_advance_exp(nlev, ne, dt, eta_ave_w, phis, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, eta_ave_w, phis(nodes, ne)
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    select case (tstep_type)
    case (1)
      call midpoint_step(nlev, ne, dt, eta_ave_w, phis, state)
    case (4)
      call cfl4_step(nlev, ne, dt, eta_ave_w, phis, state)
    case (5)
      call kgu53_step(nlev, ne, dt, eta_ave_w, phis, state)
    case default
      error stop 'theta_l_step: tstep_type must be 1, 4 or 5'
    end select
    if (nu <= 0) return
    call diffuse(nfields, nlev, ne, dt, eta_ave_w, state, dpdiss_ave, dpdiss_biharmonic)
    call damp_top(nfields, nlev, ne, dt, state)
  end subroutine prim_advance_exp

  ! 2 stages, 2nd order
  subroutine midpoint_step(nlev, ne, dt, w, phis, u0)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, w, phis(nodes, ne)
    real(rk), intent(inout) :: u0(nodes, nfields, nlev, ne)
    call stage(nlev, ne, dt / 2, 0.0_rk, phis, u0, u0, odd)
    call stage(nlev, ne, dt, w, phis, u0, odd, even)
    call copy(nlev * ne, even, u0)
  end subroutine midpoint_step

  ! 5 stages, 2nd order, CFL 4
  subroutine cfl4_step(nlev, ne, dt, w, phis, u0)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, w, phis(nodes, ne)
    real(rk), intent(inout) :: u0(nodes, nfields, nlev, ne)
    call stage(nlev, ne, dt / 4, 0.0_rk, phis, u0, u0, odd)
    call stage(nlev, ne, dt / 6, 0.0_rk, phis, u0, odd, even)
    call stage(nlev, ne, 3 * dt / 8, 0.0_rk, phis, u0, even, odd)
    call stage(nlev, ne, dt / 2, 0.0_rk, phis, u0, odd, even)
    call stage(nlev, ne, dt, w, phis, u0, even, odd)
    call copy(nlev * ne, odd, u0)
  end subroutine cfl4_step

  ! Kinnmark and Gray / Ullrich, 5 stages, 3rd order, CFL sqrt(15)
  subroutine kgu53_step(nlev, ne, dt, w, phis, u0)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, w, phis(nodes, ne)
    real(rk), intent(inout) :: u0(nodes, nfields, nlev, ne)
    call stage(nlev, ne, dt / 5, w / 4, phis, u0, u0, first)
    call stage(nlev, ne, dt / 5, 0.0_rk, phis, u0, first, even)
    call stage(nlev, ne, dt / 3, 0.0_rk, phis, u0, even, odd)
    call stage(nlev, ne, 2 * dt / 3, 0.0_rk, phis, u0, odd, even)
    call extrapolate(nlev * ne, u0, first)
    call stage(nlev, ne, 3 * dt / 4, 3 * w / 4, phis, first, even, u0)
  end subroutine kgu53_step

  ! updated = base + h * R(state)
  subroutine stage(nlev, ne, h, w, phis, base, state, updated)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: h, w, phis(nodes, ne)
    real(rk), intent(in), dimension(nodes, nfields, nlev, ne) :: base, state
    real(rk), intent(out) :: updated(nodes, nfields, nlev, ne)
    call compute_andor_apply_rhs(nlev, ne, 1.0_rk, h, w, phis, base, state, updated, vn0, omega, etadot)
  end subroutine stage

  ! first := (5 first - u0) / 4
  subroutine extrapolate(nlayers, u0, u1)
    integer, intent(in) :: nlayers
    real(rk), intent(in) :: u0(nodes, nfields, nlayers)
    real(rk), intent(inout) :: u1(nodes, nfields, nlayers)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlayers
      u1(:, :, l) = (5 * u1(:, :, l) - u0(:, :, l)) / 4
    end do
  end subroutine extrapolate

  subroutine copy(nlayers, from, to)
    integer, intent(in) :: nlayers
    real(rk), intent(in) :: from(nodes, nfields, nlayers)
    real(rk), intent(out) :: to(nodes, nfields, nlayers)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlayers
      to(:, :, l) = from(:, :, l)
    end do
  end subroutine copy

  ! storage for this size
  subroutine prepare_step(nlev, ne)
    integer, intent(in) :: nlev, ne
    if (allocated(first)) then
      if (any(shape(first) /= [nodes, nfields, nlev, ne])) &
        deallocate(first, even, odd, vn0, omega, etadot, dpdiss_ave, dpdiss_biharmonic)
    end if
    if (.not. allocated(first)) then
      allocate(first(nodes, nfields, nlev, ne), even(nodes, nfields, nlev, ne), odd(nodes, nfields, nlev, ne))
      allocate(vn0(nodes, 2, nlev, ne), omega(nodes, nlev, ne), etadot(nodes, nlev+1, ne))
      allocate(dpdiss_ave(nodes, nlev, ne), dpdiss_biharmonic(nodes, nlev, ne))
    end if
  end subroutine prepare_step

  ! sums of a tracer step at zero
  subroutine clear_means(ne)
    integer, intent(in) :: ne
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      vn0(:, :, :, e) = 0
      omega(:, :, e) = 0
      etadot(:, :, e) = 0
      dpdiss_ave(:, :, e) = 0
      dpdiss_biharmonic(:, :, e) = 0
    end do
  end subroutine clear_means

end module theta_l_step
