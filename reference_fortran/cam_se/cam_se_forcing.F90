! Physics forcing of the CAM-SE state: tracers first, never below zero, then temperature and wind at constant mass weight.
!
! Lauritzen & Williamson (2019), doi:10.1029/2018MS001549. CAM-SE: prim_advance_mod (applyCAMforcing), dyn_comp (dyn_run)
module cam_se_forcing
  use kinds, only: rk
  use dimensions, only: np
  use moist_air, only: n_species, n_dry
  use cam_se_settings, only: ftype, i_temp, i_u, i_v, i_dp, ncomp
  implicit none
  private
  public :: forcing_from_increments, apply_forcing

contains

  ! fq <- tracer mass tendency of the mixing-ratio increment dq; fdp <- moist layer mass after all of it.
  subroutine forcing_from_increments(u, qdp, dq, dtime, fq, fdp, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne), dq(np,np,nlev,qsize,ne), dtime
    real(rk), intent(out) :: fq(np,np,nlev,qsize,ne), fdp(np,np,nlev,ne)
    integer :: e, m
    !$omp parallel do private(m)
    do e = 1, ne
      do m = 1, qsize
        fq(:,:,:,m,e) = dq(:,:,:,m,e)*u(:,:,i_dp,:,e)/dtime
      end do
      fdp(:,:,:,e) = u(:,:,i_dp,:,e)
      do m = n_dry + 1, n_species
        fdp(:,:,:,e) = fdp(:,:,:,e) + (qdp(:,:,:,m,e) + fq(:,:,:,m,e)*dtime)
      end do
    end do
  end subroutine forcing_from_increments

  ! nsubstep counts the remap steps of a physics step. ftype 0: all in pieces of dt_dribble; 1: all at once;
  ! 2: tracers at once, temperature and wind in pieces.
  subroutine apply_forcing(u, qdp, ft, fm, fq, fdp, nsubstep, dt_dribble, dt_phys, nlev, qsize, ne)
    integer, intent(in) :: nsubstep, nlev, qsize, ne
    real(rk), intent(inout) :: u(np,np,ncomp,nlev,ne), qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: u, qdp
    real(rk), intent(in) :: ft(np,np,nlev,ne), fm(np,np,2,nlev,ne), fq(np,np,nlev,qsize,ne), fdp(np,np,nlev,ne)
    real(rk), intent(in) :: dt_dribble, dt_phys
    real(rk) :: dt_tracers, dt_dynamics, at_once
    integer :: e
    at_once = merge(dt_phys, 0._rk, nsubstep == 1)
    dt_tracers = merge(dt_dribble, at_once, ftype == 0)
    dt_dynamics = merge(at_once, dt_dribble, ftype == 1)
    !$omp parallel do
    do e = 1, ne
      call force_tracers(qdp(:,:,:,:,e), fq(:,:,:,:,e), dt_tracers, nlev, qsize)
      call force_dynamics(u(:,:,:,:,e), qdp(:,:,:,:,e), ft(:,:,:,e), fm(:,:,:,:,e), fdp(:,:,:,e), dt_dynamics, nlev)
    end do
  end subroutine apply_forcing

  ! A sink takes at most what there is.
  subroutine force_tracers(qdp, fq, dt, nlev, qsize)
    integer, intent(in) :: nlev, qsize
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize)
    real(rk), intent(in) :: fq(np,np,nlev,qsize), dt
    where (fq < 0)
      qdp = max(qdp + dt*fq, min(qdp, 0._rk))
    elsewhere
      qdp = qdp + dt*fq
    end where
  end subroutine force_tracers

  ! Tendencies are per unit of the layer mass fdp that physics ends with.
  subroutine force_dynamics(u, qdp, ft, fm, fdp, dt, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(inout) :: u(np,np,ncomp,nlev)
    real(rk), intent(in) :: qdp(np,np,nlev,n_species), ft(np,np,nlev), fm(np,np,2,nlev), fdp(np,np,nlev), dt
    real(rk) :: step(np,np)
    integer :: k, m
    do k = 1, nlev
      step = u(:,:,i_dp,k)
      do m = n_dry + 1, n_species
        step = step + qdp(:,:,k,m)
      end do
      step = dt*fdp(:,:,k)/step
      u(:,:,i_temp,k) = u(:,:,i_temp,k) + step*ft(:,:,k)
      u(:,:,i_u,k) = u(:,:,i_u,k) + step*fm(:,:,1,k)
      u(:,:,i_v,k) = u(:,:,i_v,k) + step*fm(:,:,2,k)
    end do
  end subroutine force_dynamics

end module cam_se_forcing
