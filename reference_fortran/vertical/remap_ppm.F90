! Vertical remap by piecewise parabolas, for a set of columns at once: (column, level) arrays, the column index fastest.
! Colella & Woodward (1984), doi:10.1016/0021-9991(84)90143-8
!
! HOMME: vertremap_base:remap_q_ppm   CAM-SE: vertremap_mod:remap_q_ppm
module remap_ppm
  use kinds, only: rk
  implicit none
  private
  public :: ppm_columns
  public :: ppm_constant, ppm_mirror, ppm_piecewise_constant, ppm_linear_limited, ppm_linear

  ! How ghost cells are filled: the outer cell repeated, the outer two mirrored, mirrored with the outer two cells made
  ! constant, extrapolated within the column's extremes, extrapolated.
  integer, parameter :: ppm_constant = 1, ppm_mirror = 2, ppm_piecewise_constant = 3, &
                        ppm_linear_limited = 4, ppm_linear = 5
  real(rk), parameter :: third = 1.0_rk/3.0_rk, sixth = 1.0_rk/6.0_rk

contains

  ! q, masses on layers dp1, become masses on layers dp2.
  pure subroutine ppm_columns(n, nlev, nq, dp1, dp2, q, boundary)
    integer, intent(in) :: n, nlev, nq, boundary
    real(rk), intent(in) :: dp1(n,nlev), dp2(n,nlev)
    real(rk), intent(inout) :: q(n,nlev,nq)
    real(rk) :: slope_below(n,0:nlev+1), slope_above(n,0:nlev+1)
    real(rk) :: edge(n,0:nlev), edge_below(n,0:nlev), edge_above(n,0:nlev)
    real(rk) :: x(n,nlev), mean(n,-1:nlev+2), c(n,0:2,nlev)
    integer :: layer(n,nlev), m

    call weights(n, nlev, dp1, slope_below, slope_above, edge, edge_below, edge_above)
    call find_targets(n, nlev, dp1, dp2, layer, x)
    do m = 1, nq
      mean(:,1:nlev) = q(:,:,m)/dp1
      call fill_ghosts(n, nlev, dp1, boundary, mean)
      call parabolas(n, nlev, mean, slope_below, slope_above, edge, edge_below, edge_above, &
                     boundary == ppm_piecewise_constant, c)
      call integrate(n, nlev, dp1, layer, x, c, q(:,:,m))
    end do
  end subroutine ppm_columns

  ! Weights of differences in slopes, and of differences and slopes in interface values; ghost cells mirror thickness.
  pure subroutine weights(n, nlev, dp, slope_below, slope_above, edge, edge_below, edge_above)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: dp(n,nlev)
    real(rk), intent(out) :: slope_below(n,0:nlev+1), slope_above(n,0:nlev+1)
    real(rk), intent(out) :: edge(n,0:nlev), edge_below(n,0:nlev), edge_above(n,0:nlev)
    real(rk) :: d(n,-1:nlev+2), t, pair, scale, toward_above, toward_below
    integer :: i, k
    d(:,1:nlev) = dp
    do k = 1, 2
      d(:,1-k) = dp(:,k)
      d(:,nlev+k) = dp(:,nlev+1-k)
    end do
    do k = 0, nlev + 1
      do i = 1, n
        t = d(i,k)/(d(i,k-1) + d(i,k) + d(i,k+1))
        slope_below(i,k) = t*((2*d(i,k-1) + d(i,k))/(d(i,k+1) + d(i,k)))
        slope_above(i,k) = t*((d(i,k) + 2*d(i,k+1))/(d(i,k-1) + d(i,k)))
      end do
    end do
    do k = 0, nlev
      do i = 1, n
        pair = d(i,k) + d(i,k+1)
        toward_above = (d(i,k-1) + d(i,k))/(2*d(i,k) + d(i,k+1))
        toward_below = (d(i,k+2) + d(i,k+1))/(2*d(i,k+1) + d(i,k))
        scale = 1/(d(i,k-1) + d(i,k) + d(i,k+1) + d(i,k+2))
        edge(i,k) = d(i,k)/pair + scale*(2*d(i,k+1)*d(i,k)/pair*(toward_above - toward_below))
        edge_below(i,k) = scale*(d(i,k)*toward_above)
        edge_above(i,k) = scale*(d(i,k+1)*toward_below)
      end do
    end do
  end subroutine weights

  ! For the lower interface of each target layer: the source layer it lies in and its place there in [-1/2, 1/2].
  pure subroutine find_targets(n, nlev, dp1, dp2, layer, x)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: dp1(n,nlev), dp2(n,nlev)
    integer, intent(out) :: layer(n,nlev)
    real(rk), intent(out) :: x(n,nlev)
    real(rk) :: source(n,nlev+1), target(n)
    integer :: i, k, kk
    source(:,1) = 0
    do k = 1, nlev
      source(:,k+1) = source(:,k) + dp1(:,k)
    end do
    target = 0
    do k = 1, nlev
      target = target + dp2(:,k)
      if (k == nlev) target = source(:,nlev+1)
      do i = 1, n
        kk = k
        do while (kk < nlev)
          if (source(i,kk+1) > target(i)) exit
          kk = kk + 1
        end do
        do while (kk > 1)
          if (source(i,kk) <= target(i)) exit
          kk = kk - 1
        end do
        layer(i,k) = kk
        x(i,k) = (target(i) - (source(i,kk) + (source(i,kk) + dp1(i,kk)))*0.5_rk)/dp1(i,kk)
      end do
    end do
  end subroutine find_targets

  ! Means of two ghost cells at each end.
  pure subroutine fill_ghosts(n, nlev, dp, boundary, mean)
    integer, intent(in) :: n, nlev, boundary
    real(rk), intent(in) :: dp(n,nlev)
    real(rk), intent(inout) :: mean(n,-1:nlev+2)
    real(rk) :: low(n), high(n)
    integer :: k
    select case (boundary)
    case (ppm_constant)
      do k = 1, 2
        mean(:,1-k) = mean(:,1)
        mean(:,nlev+k) = mean(:,nlev)
      end do
    case (ppm_mirror, ppm_piecewise_constant)
      do k = 1, 2
        mean(:,1-k) = mean(:,k)
        mean(:,nlev+k) = mean(:,nlev+1-k)
      end do
    case default
      call extrapolate(n, mean(:,2), mean(:,1), dp(:,2), dp(:,1), mean(:,0), mean(:,-1))
      call extrapolate(n, mean(:,nlev-1), mean(:,nlev), dp(:,nlev-1), dp(:,nlev), mean(:,nlev+1), mean(:,nlev+2))
    end select
    if (boundary /= ppm_linear_limited) return
    low = mean(:,1)
    high = mean(:,1)
    do k = 2, nlev
      low = min(low, mean(:,k))
      high = max(high, mean(:,k))
    end do
    do k = 1, 2
      mean(:,1-k) = min(max(mean(:,1-k), low), high)
      mean(:,nlev+k) = min(max(mean(:,nlev+k), low), high)
    end do
  end subroutine fill_ghosts

  ! The line through the outer two cells at the middle of two mirrored cells beyond them.
  pure subroutine extrapolate(n, inner, outer, d_inner, d_outer, near, far)
    integer, intent(in) :: n
    real(rk), intent(in) :: inner(n), outer(n), d_inner(n), d_outer(n)
    real(rk), intent(out) :: near(n), far(n)
    real(rk) :: step(n), x(n)
    step = (d_inner + d_outer)/2
    x = step + (d_outer + d_outer)/2
    near = (1 - x/step)*inner + x/step*outer
    x = x + (d_outer + d_inner)/2
    far = (1 - x/step)*inner + x/step*outer
  end subroutine extrapolate

  ! c0 + c1 x + c2 x**2 in every cell, monotone between its edges.
  pure subroutine parabolas(n, nlev, a, slope_below, slope_above, edge, edge_below, edge_above, flat_ends, c)
    integer, intent(in) :: n, nlev
    logical, intent(in) :: flat_ends
    real(rk), intent(in) :: a(n,-1:nlev+2), slope_below(n,0:nlev+1), slope_above(n,0:nlev+1)
    real(rk), intent(in) :: edge(n,0:nlev), edge_below(n,0:nlev), edge_above(n,0:nlev)
    real(rk), intent(out) :: c(n,0:2,nlev)
    real(rk) :: slope(n,0:nlev+1), value(n,0:nlev), above, below, down, up, total
    integer :: i, k
    do k = 0, nlev + 1
      do i = 1, n
        up = a(i,k) - a(i,k-1)
        down = a(i,k+1) - a(i,k)
        total = slope_below(i,k)*down + slope_above(i,k)*up
        slope(i,k) = merge(sign(min(abs(total), 2*min(abs(up), abs(down))), total), 0.0_rk, up*down > 0)
      end do
    end do
    do k = 0, nlev
      do i = 1, n
        value(i,k) = a(i,k) + (edge(i,k)*(a(i,k+1) - a(i,k)) &
                               + (edge_above(i,k)*slope(i,k) - edge_below(i,k)*slope(i,k+1)))
      end do
    end do
    do k = 1, nlev
      do i = 1, n
        above = value(i,k-1)
        below = value(i,k)
        call make_monotone(a(i,k), above, below)
        if (flat_ends .and. (k <= 2 .or. k >= nlev - 1)) then
          above = a(i,k)
          below = a(i,k)
        end if
        total = above + below
        c(i,0,k) = 1.5_rk*a(i,k) - total*0.25_rk
        c(i,1,k) = below - above
        c(i,2,k) = 3*(total - 2*a(i,k))
      end do
    end do
  end subroutine parabolas

  ! No extremum inside: the second test sees what the first changed.
  elemental subroutine make_monotone(a, above, below)
    real(rk), intent(in) :: a
    real(rk), intent(inout) :: above, below
    real(rk) :: span, product
    logical :: extremum
    extremum = (below - a)*(a - above) <= 0
    above = merge(a, above, extremum)
    below = merge(a, below, extremum)
    span = below - above
    product = span*(a - (above + below)*0.5_rk)
    above = merge(3*a - 2*below, above, product > span*span*sixth)
    span = below - above
    product = span*(a - (above + below)*0.5_rk)
    below = merge(3*a - 2*above, below, product < -(span*span*sixth))
  end subroutine make_monotone

  ! Mass above each target interface, differenced.
  pure subroutine integrate(n, nlev, dp, layer, x, c, q)
    integer, intent(in) :: n, nlev, layer(n,nlev)
    real(rk), intent(in) :: dp(n,nlev), x(n,nlev), c(n,0:2,nlev)
    real(rk), intent(inout) :: q(n,nlev)
    real(rk) :: before(n,nlev), last(n), mass(n), y
    integer :: i, k, kk
    before(:,1) = 0
    do k = 2, nlev
      before(:,k) = before(:,k-1) + q(:,k-1)
    end do
    last = 0
    do k = 1, nlev
      do i = 1, n
        kk = layer(i,k)
        y = x(i,k)
        mass(i) = before(i,kk) + (c(i,0,kk)*(y + 0.5_rk) + c(i,1,kk)*(y*y - 0.25_rk)*0.5_rk &
                                  + c(i,2,kk)*(y*y*y + 0.125_rk)*third)*dp(i,kk)
      end do
      q(:,k) = mass - last
      last = mass
    end do
  end subroutine integrate

end module remap_ppm
