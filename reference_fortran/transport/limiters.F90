! Tracer limiters on whole fields: the element limiters over all levels, tracers and elements.
! ptens and minp, maxp change: (np,np,lev,tracer,elem) and (lev,tracer,elem).
!
! HOMME, CAM-SE: derivative_mod (limiter_optim_iter_full, limiter_clip_and_sum), prim_advection_base (limiter2d_zero)
module limiters
  use kinds, only: rk
  use dimensions, only: np
  use element_limiters, only: optim_slab, clip_and_sum_slab, sign_slab
  implicit none
  private
  public :: limiter_optim_iter_full, limiter_clip_and_sum, limiter2d_zero

contains

  subroutine limiter_optim_iter_full(ptens, dpmass, weights, minp, maxp, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: ptens(np,np,nlev,qsize,ne), minp(nlev,qsize,ne), maxp(nlev,qsize,ne)
    real(rk), intent(in) :: dpmass(np,np,nlev,ne), weights(np,np,ne)
    !f2py intent(in,out,copy) :: ptens, minp, maxp
    integer :: e, q, k
    !$omp parallel do private(q,k)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          call optim_slab(ptens(:,:,k,q,e), dpmass(:,:,k,e), weights(:,:,e), minp(k,q,e), maxp(k,q,e))
        end do
      end do
    end do
  end subroutine limiter_optim_iter_full

  subroutine limiter_clip_and_sum(ptens, dpmass, weights, minp, maxp, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: ptens(np,np,nlev,qsize,ne), minp(nlev,qsize,ne), maxp(nlev,qsize,ne)
    real(rk), intent(in) :: dpmass(np,np,nlev,ne), weights(np,np,ne)
    !f2py intent(in,out,copy) :: ptens, minp, maxp
    integer :: e, q, k
    !$omp parallel do private(q,k)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          call clip_and_sum_slab(ptens(:,:,k,q,e), dpmass(:,:,k,e), weights(:,:,e), minp(k,q,e), maxp(k,q,e))
        end do
      end do
    end do
  end subroutine limiter_clip_and_sum

  ! Of tracer mass times the mass matrix.
  subroutine limiter2d_zero(weighted, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: weighted(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: weighted
    integer :: e, q, k
    !$omp parallel do private(q,k)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          call sign_slab(weighted(:,:,k,q,e))
        end do
      end do
    end do
  end subroutine limiter2d_zero
end module limiters
