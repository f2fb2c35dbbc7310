! Tracer limiters on one level of one element: nodes are a vector, i fastest, and sums run along it.
!
! Equations: Guba, Taylor & St-Cyr (2014), doi:10.1016/j.jcp.2014.02.029; Bradley et al. (2019), doi:10.1137/18M1165414
! HOMME, CAM-SE: derivative_mod (limiter_optim_iter_full, limiter_clip_and_sum), prim_advection_base (limiter2d_zero)
module element_limiters
  use kinds, only: rk
  use dimensions, only: np
  implicit none
  private
  public :: nodes, optim_slab, clip_and_sum_slab, sign_slab

  integer, parameter :: nodes = np*np
  real(rk), parameter :: tol_limiter = 4.99999991225835e-14_rk  ! the published routine has 5e-14 in single precision

contains

  ! Option 8: clip, spread the clipped mass evenly over the nodes with room for it, repeat.
  pure subroutine optim_slab(ptens, dpmass, weights, low, high)
    real(rk), intent(inout) :: ptens(nodes), low, high
    real(rk), intent(in) :: dpmass(nodes), weights(nodes)
    real(rk) :: c(nodes), x(nodes), mass, excess
    integer :: pass

    call feasible_bounds(ptens, dpmass, weights, low, high, c, x, mass)
    do pass = 1, nodes - 1
      call clip(c, low, high, x, excess)
      if (abs(excess) <= tol_limiter*abs(mass)) exit
      call spread_evenly(c, low, high, excess, x)
    end do
    ptens = x*dpmass
  end subroutine optim_slab

  ! Option 9: clip once, spread in proportion to the room left; an element without overshoots is not touched.
  pure subroutine clip_and_sum_slab(ptens, dpmass, weights, low, high)
    real(rk), intent(inout) :: ptens(nodes), low, high
    real(rk), intent(in) :: dpmass(nodes), weights(nodes)
    real(rk) :: c(nodes), x(nodes), room(nodes), mass, excess, capacity

    call feasible_bounds(ptens, dpmass, weights, low, high, c, x, mass)
    if (.not. any(x > high .or. x < low)) return
    call clip(c, low, high, x, excess)
    if (excess > 0) then
      room = high - x
    else
      room = x - low
    end if
    capacity = ordered_sum(room*c)
    if (capacity > 0) x = x + (excess/capacity)*room
    ptens = x*dpmass
  end subroutine clip_and_sum_slab

  ! Option 4, on tracer mass times mass matrix: no node of another sign than the total.
  pure subroutine sign_slab(q)
    real(rk), intent(inout) :: q(nodes)
    real(rk) :: total, kept, s

    total = ordered_sum(q)
    s = merge(-1.0_rk, 1.0_rk, total < 0)
    q = s*q
    where (q < 0) q = 0
    kept = ordered_sum(q)
    if (kept > 0) q = q*abs(total)/kept
    q = s*q
  end subroutine sign_slab

  ! Node masses c, mixing ratio x, tracer mass, and bounds relaxed to the mean where that mass does not fit.
  pure subroutine feasible_bounds(ptens, dpmass, weights, low, high, c, x, mass)
    real(rk), intent(in) :: ptens(nodes), dpmass(nodes), weights(nodes)
    real(rk), intent(inout) :: low, high
    real(rk), intent(out) :: c(nodes), x(nodes), mass
    real(rk) :: capacity

    c = weights*dpmass
    x = ptens/dpmass
    capacity = ordered_sum(c)
    mass = ordered_sum(c*x)
    if (mass < low*capacity) low = mass/capacity
    if (mass > high*capacity) high = mass/capacity
  end subroutine feasible_bounds

  pure subroutine clip(c, low, high, x, excess)
    real(rk), intent(in) :: c(nodes), low, high
    real(rk), intent(inout) :: x(nodes)
    real(rk), intent(out) :: excess  ! tracer mass taken away, negative where it was added
    integer :: n

    excess = 0
    do n = 1, nodes
      if (x(n) > high) then
        excess = excess + (x(n) - high)*c(n)
        x(n) = high
      else if (x(n) < low) then
        excess = excess - (low - x(n))*c(n)
        x(n) = low
      end if
    end do
  end subroutine clip

  ! To the nodes that are not at the bound that the excess pushes towards.
  pure subroutine spread_evenly(c, low, high, excess, x)
    real(rk), intent(in) :: c(nodes), low, high, excess
    real(rk), intent(inout) :: x(nodes)
    logical :: free(nodes)
    real(rk) :: capacity

    if (excess > 0) then
      free = x < high
    else
      free = x > low
    end if
    capacity = ordered_sum(merge(c, 0.0_rk, free))
    if (capacity > 0) x = merge(x + excess/capacity, x, free)
  end subroutine spread_evenly

  pure real(rk) function ordered_sum(a)
    real(rk), intent(in) :: a(nodes)
    integer :: n
    ordered_sum = a(1)
    do n = 2, nodes
      ordered_sum = ordered_sum + a(n)
    end do
  end function ordered_sum
end module element_limiters
