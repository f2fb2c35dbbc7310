! One dynamics step on floating layers: Runge-Kutta stages, each assembled as a state, with mean flux and omega.
!
! Kinnmark & Gray (1984), doi:10.1016/0378-4754(84)90039-9. CAM-SE: prim_advance_mod (prim_advance_exp)
module cam_se_advance
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: spheremp
  use assembly, only: dss_wk
  use cam_se_settings, only: tstep_type, i_u, i_v, i_dp, ncomp
  use cam_se_state, only: frozen_air, step_means
  use cam_se_tendency, only: element_rhs
  implicit none
  private
  public :: runge_kutta_step, element_stage

  real(rk), allocatable :: u0(:,:,:,:,:), u1(:,:,:,:,:)  ! kept between calls

contains

  ! `weight` times the stage means goes into the step means (1/qsplit where several steps share them).
  subroutine runge_kutta_step(u, air, phis, dt, weight, means, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne)
    type(frozen_air), intent(in) :: air
    real(rk), intent(in) :: phis(np,np,ne), dt, weight
    type(step_means), intent(inout) :: means
    integer :: e
    call prepare(nlev, ne)
    call copy_state(u, u0, nlev, ne)
    select case (tstep_type)
    case (1)  ! strong stability preserving, three stages
      call stage(u0, dt/2, weight/3, u)
      call copy_state(u, u1, nlev, ne)
      call stage(u1, dt/2, weight/3, u)
      call copy_state(u, u1, nlev, ne)
      call stage(u1, dt/2, weight/3, u)
      u = u0/3 + 2*u/3
    case (2)
      call stage(u0, dt/3, 0._rk, u)
      call stage(u0, dt/2, 0._rk, u)
      call stage(u0, dt, weight, u)
    case (3)
      call stage(u0, dt/4, 0._rk, u)
      call stage(u0, dt/3, 0._rk, u)
      call stage(u0, dt/2, 0._rk, u)
      call stage(u0, dt, weight, u)
    case default  ! five stages, third order; the last one starts from a blend
      call stage(u0, dt/5, weight/4, u)
      call copy_state(u, u1, nlev, ne)
      call stage(u0, dt/5, 0._rk, u)
      call stage(u0, dt/3, 0._rk, u)
      call stage(u0, 2*dt/3, 0._rk, u)
      !$omp parallel do
      do e = 1, ne
        u1(:,:,:,:,e) = (5*u1(:,:,:,:,e) - u0(:,:,:,:,e))/4
      end do
      call stage(u1, 3*dt/4, 3*weight/4, u)
    end select

  contains

    ! now <- DSS(base + step*rhs(now))
    subroutine stage(base, step, share, now)
      real(rk), intent(in) :: base(np,np,ncomp,nlev,ne), step, share
      real(rk), intent(inout) :: now(np,np,ncomp,nlev,ne)
      integer :: e
      !$omp parallel do
      do e = 1, ne
        call element_stage(base(:,:,:,:,e), air, phis(:,:,e), step, share, e, now(:,:,:,:,e), means, nlev)
      end do
      call dss_wk(now, ncomp*nlev, ne)
    end subroutine stage

  end subroutine runge_kutta_step

  subroutine prepare(nlev, ne)
    integer, intent(in) :: nlev, ne
    if (allocated(u0)) then
      if (all(shape(u0) == [np, np, ncomp, nlev, ne])) return
      deallocate(u0, u1)
    end if
    allocate(u0(np,np,ncomp,nlev,ne), u1(np,np,ncomp,nlev,ne))
  end subroutine prepare

  subroutine copy_state(from, to, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: from(np,np,ncomp,nlev,ne)
    real(rk), intent(out) :: to(np,np,ncomp,nlev,ne)
    integer :: e
    !$omp parallel do
    do e = 1, ne
      to(:,:,:,:,e) = from(:,:,:,:,e)
    end do
  end subroutine copy_state

  ! The new state times the mass matrix, ready for assembly.
  subroutine element_stage(base, air, phis, dt, share, e, u, means, nlev)
    integer, intent(in) :: e, nlev
    real(rk), intent(in) :: base(np,np,ncomp,nlev), phis(np,np), dt, share
    type(frozen_air), intent(in) :: air
    real(rk), intent(inout) :: u(np,np,ncomp,nlev)
    type(step_means), intent(inout) :: means
    real(rk) :: tend(np,np,ncomp,nlev), omega(np,np,nlev)
    integer :: k, c
    call element_rhs(u, air, phis, e, tend, omega, nlev)
    if (share > 0) then
      do k = 1, nlev
        means%omega(:,:,k,e) = means%omega(:,:,k,e) + share*omega(:,:,k)
        means%vn0(:,:,1,k,e) = means%vn0(:,:,1,k,e) + share*(u(:,:,i_u,k)*u(:,:,i_dp,k))
        means%vn0(:,:,2,k,e) = means%vn0(:,:,2,k,e) + share*(u(:,:,i_v,k)*u(:,:,i_dp,k))
      end do
    end if
    do k = 1, nlev
      do c = 1, ncomp
        u(:,:,c,k) = spheremp(:,:,e)*(base(:,:,c,k) + dt*tend(:,:,c,k))
      end do
    end do
  end subroutine element_stage

end module cam_se_advance
